"""scikit-learn's `load_digits` redrawn as MNIST: digits of other writers, never trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BOX, SIDE = 20, 28


def load_other_digits() -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return 1,797 pictures, uint8 [n, 28, 28], and their labels.

    Each 8x8 picture of 17 grey levels is cropped to its ink, enlarged by cubic interpolation to
    fit 20x20, and centred by its centre of mass, as in MNIST.
    """
    import numpy as np
    from sklearn.datasets import load_digits

    data: Any = load_digits()
    return np.stack([_render(image / 16) for image in data.images]), data.target.astype(np.int32)


def _render(image: NDArray[np.float64]) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    rows, columns = (np.flatnonzero(image.max(axis=axis)) for axis in (1, 0))
    ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    drawn = np.clip(cv2.resize(ink, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)
    top, left = (
        int(np.clip(round((SIDE - 1) / 2 - _mean_place(drawn.sum(axis=other))), 0, SIDE - side))
        for other, side in ((1, height), (0, width))
    )
    picture = np.zeros((SIDE, SIDE), np.float32)
    picture[top : top + height, left : left + width] = drawn
    return np.round(picture * 255).astype(np.uint8)


def _mean_place(weights: NDArray[np.float32]) -> float:
    import numpy as np

    return float(np.average(np.arange(len(weights)), weights=weights))
