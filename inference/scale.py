"""Make pictures smaller or larger."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["resized"]

Pixels = TypeVar("Pixels", "NDArray[np.uint8]", "NDArray[np.float32]")


def resized(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """Bring a picture, shape [h, w] or [h, w, 3], to a size, width before height.

    Reduced by whole numbers each pixel is the mean of those it stands for; what is then left, less than two, is
    interpolated. OpenCV's own INTER_AREA takes six times as long where the factor is no whole number.
    """
    import cv2
    import numpy as np

    height, width = picture.shape[:2]
    if size[0] > width or size[1] > height:
        way = cv2.INTER_CUBIC
    elif width % size[0] or height % size[1]:
        way = cv2.INTER_LINEAR
        factor = min(width // size[0], height // size[1])
        if factor > 1:
            picture = picture[: height // factor * factor, : width // factor * factor]
            reduced = width // factor, height // factor
            picture = np.asarray(cv2.resize(picture, reduced, interpolation=cv2.INTER_AREA), picture.dtype)
    else:
        way = cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, size, interpolation=way), picture.dtype)
