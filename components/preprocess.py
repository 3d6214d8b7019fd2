"""Split off the validation split and fit the normalisation on the train split."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from schemas.artifacts.artifact import Output
from schemas.artifacts.examples import DRAWN, Examples, Split
from schemas.artifacts.transform import Transform
from schemas.errors import StageError
from schemas.settings.config import Config

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["PreprocessConfig", "preprocess"]

BATCH = 1000


class PreprocessConfig(Config):
    """Settings of the preprocess stage."""

    validation: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Share of each digit's training pictures that is held out for validation."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of the draw of the validation split."""


def preprocess(
    raw: Examples, examples: Output[Examples], transform: Output[Transform], config: PreprocessConfig
) -> None:
    """Write the splits train, validation and test, and the normalisation fitted on train.

    Drawn digits join train only: validation selects rounds and thresholds, which must suit real digits.

    Raises:
        StageError: the train split is too small to be divided, or all its pixels are equal.
    """
    import numpy as np
    from sklearn.model_selection import train_test_split

    everything = raw.read("train")
    try:
        train, validation = train_test_split(
            np.arange(len(everything)),
            test_size=config.validation,
            stratify=everything.labels,
            random_state=config.seed,
        )
    except ValueError as error:
        raise StageError(
            "the train split cannot be divided",
            found=str(error),
            expected="at least one picture of each class to validate, and one to train",
            do="add training pictures, or raise preprocess.validation",
        ) from error
    kept = everything.take(np.sort(train))
    if DRAWN in raw.splits:
        kept = Split.joined([kept, raw.read(DRAWN)])
    Examples.write(examples.path, "train", kept)
    Examples.write(examples.path, "validation", everything.take(np.sort(validation)))
    Examples.write(examples.path, "test", raw.read("test"))
    mean, std = _moments(kept.images)
    Transform.write(transform.path, mean=mean, std=std)


def _moments(images: NDArray[np.uint8]) -> tuple[float, float]:
    """Return mean and standard deviation of all pixels, scaled to 0 to 1.

    Integer sums are exact, so the result does not depend on the number of threads.
    """
    import tensorflow as tf

    def add(sums: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
        pixels = tf.cast(batch, tf.int64)
        return sums + tf.stack([tf.reduce_sum(pixels), tf.reduce_sum(pixels * pixels)])

    batches = tf.data.Dataset.from_tensor_slices(images).batch(BATCH)
    total, squares = (int(value) for value in batches.reduce(tf.zeros(2, tf.int64), add).numpy())
    mean = total / images.size
    variance = squares / images.size - mean * mean
    if variance <= 0:
        raise StageError(
            "all pixels of the training pictures have the same value",
            found=f"{mean:g} in every pixel",
            do="look at the pictures that ingest reads",
        )
    return mean / 255, variance**0.5 / 255
