"""Remove a frame of one even colour around a picture, as paint programs, cards and form fields have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.pixels.centring import bounding_box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["without_frame"]

# Chosen by eye on pictures with an even frame: no measurement is on record.
EVEN = 24  # of 255: largest difference from its corner within a frame, JPEG noise included
LEAST = 0.6  # least share of each side that lies inside the frame
EDGE = 0.6  # least share of the inner picture's border that is background: a digit may touch the frame
GROUND = 0.6  # least share of the inner picture that is background
INKED = 0.005  # least share of the inner picture that is ink


def without_frame(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the part of a picture inside its frame, or the picture itself if it has no frame on all four sides.

    The page around a digit is not a frame: a crop to the digit's bounding box has ink along its border.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3].
    """
    import numpy as np

    corner = pixels[0, 0].astype(np.int16)
    sides = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    if any((np.abs(side - corner) > EVEN).any() for side in sides):
        return pixels
    top, bottom, left, right = bounding_box(_differs(pixels, corner))
    if bottom - top < LEAST * pixels.shape[0] or right - left < LEAST * pixels.shape[1]:
        return pixels
    inner = pixels[top:bottom, left:right]
    rim = np.concatenate([inner[0], inner[-1], inner[:, 0], inner[:, -1]])
    ground = np.median(rim.reshape(len(rim), -1), axis=0).astype(np.int16)
    if not (np.abs(ground - corner) > EVEN).any():
        return pixels
    ink = _differs(inner, ground if pixels.shape[2:] else ground[0])
    at_edge = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
    holds_page = at_edge.mean() <= 1 - EDGE and INKED <= ink[1:-1, 1:-1].mean() <= 1 - GROUND
    return inner if holds_page else pixels


def _differs(pixels: NDArray[np.uint8], colour: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Return which pixels differ from a colour in any channel, bool [h, w]."""
    import cv2
    import numpy as np

    low, high = (np.clip(np.ravel(colour) + by, 0, 255).astype(np.uint8) for by in (-EVEN, EVEN))
    return np.asarray(cv2.inRange(pixels, low, high), np.uint8) == 0
