"""Run a network for its logits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.progress import report_part

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["infer"]

BATCH = 1000


def infer(network: keras.Model, images: NDArray[np.uint8], part: str = "") -> NDArray[np.float32]:
    """Return the logits of pictures, float32 [n, classes].

    Args:
        network: pictures in, logits out.
        images: uint8 [n, 28, 28].
        part: name under which to report the progress; '' for none.
    """
    import numpy as np

    model: Any = network
    batches: list[Any] = []
    for i in range(0, max(len(images), 1), BATCH):
        if part:
            report_part(part, i, len(images))
        batches.append(np.asarray(model(images[i : i + BATCH], training=False)))
    return np.concatenate(batches)
