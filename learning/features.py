"""Run a network for its logits and its features, the input of its last layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.progress import report_part

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["infer", "with_features"]

BATCH = 1000


def with_features(network: keras.Model) -> keras.Model:
    """Return a network with two outputs, `logits` and `features` (the input of the last layer)."""
    import keras

    model: Any = network
    outputs = {"logits": model.output, "features": model.layers[-1].input}
    return keras.Model(model.input, outputs, name="answers")  # automatic names contain a counter of the process


def infer(both: keras.Model, images: NDArray[np.uint8], part: str = "") -> dict[str, NDArray[np.float32]]:
    """Return `logits` and `features` of pictures, float32 with one row per picture.

    Args:
        both: a network made by with_features.
        images: uint8 [n, 28, 28].
        part: name under which to report the progress; '' for none.
    """
    import numpy as np

    model: Any = both
    batches: list[Any] = []
    for i in range(0, max(len(images), 1), BATCH):
        if part:
            report_part(part, i, len(images))
        batches.append(model(images[i : i + BATCH], training=False))
    return {name: np.concatenate([np.asarray(batch[name]) for batch in batches]) for name in ("logits", "features")}
