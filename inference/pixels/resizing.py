"""Make pictures smaller or larger."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Pixels", "reduced", "resized"]

Pixels = TypeVar("Pixels", "NDArray[np.uint8]", "NDArray[np.float32]")


def resized(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """Bring a picture, shape [h, w] or [h, w, 3], to a size, width before height.

    A pixel of a smaller one is the mean of those it stands for, so that no thin line is lost: first by a whole number,
    for which OpenCV takes a tenth of the time, then by what is left.
    """
    import cv2

    height, width = picture.shape[:2]
    way = cv2.INTER_CUBIC if size[0] > width or size[1] > height else cv2.INTER_AREA
    picture = reduced(picture, max(min(width // size[0], height // size[1]), 1))
    return cast("Pixels", cv2.resize(picture, size, interpolation=way))


def reduced(picture: Pixels, factor: int) -> Pixels:
    """Make a picture, shape [h, w] or [h, w, 3], smaller by a whole number, 1 or more; what is left over is cut off."""
    import cv2

    if factor == 1:
        return picture
    height, width = picture.shape[0] // factor, picture.shape[1] // factor
    whole = picture[: height * factor, : width * factor]
    return cast("Pixels", cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))
