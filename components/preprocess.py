"""Split off a validation split and fit the normalisation on what is left to train on."""

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
    """Draws the validation split."""


def preprocess(
    raw: Examples, examples: Output[Examples], transform: Output[Transform], config: PreprocessConfig
) -> None:
    """Write the splits train, validation and test, and the normalisation fitted on train alone.

    What is drawn joins train alone: by validation rounds are chosen and thresholds set, and they are for real digits.
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
        raise StageError("the train split cannot be divided", found=str(error), do="add examples") from error
    kept = everything.take(np.sort(train))
    if DRAWN in raw.splits:
        kept = Split.joined([kept, raw.read(DRAWN)])
    Examples.write(examples.path, "train", kept)
    Examples.write(examples.path, "validation", everything.take(np.sort(validation)))
    Examples.write(examples.path, "test", raw.read("test"))
    mean, std = _moments(kept.images)
    Transform.write(transform.path, mean=mean, std=std)


def _moments(images: NDArray[np.uint8]) -> tuple[float, float]:
    """Give mean and standard deviation of all pixels on the scale 0 to 1.

    The sums are of integers, so they are exact and do not depend on the number of threads.
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
        raise StageError("the training pictures are all of one shade", do="look at the examples")
    return mean / 255, variance**0.5 / 255
