"""Decode no more of a JPEG than is needed: its light without its colours, at a part of its size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inference.exif import apply_orientation
from inference.header import Header

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["drafts"]

LEAST = 250  # pixels: the longer side of the smallest draft; a picture that is smaller is decoded at once
REDUCED = {1: 0 | 128, 2: 16 | 128, 4: 32 | 128, 8: 64 | 128}  # cv2.IMREAD_REDUCED_GRAYSCALE_n | IGNORE_ORIENTATION


def drafts(data: bytes, header: Header) -> Iterator[NDArray[np.uint8]]:
    """Give a JPEG upright in grey, uint8 [h, w], first small, then larger; nothing of what is none, small or damaged."""
    import cv2
    import numpy as np

    longest, last = max(header.width, header.height), 0
    if header.format != "JPEG" or longest < LEAST:
        return
    pixels = None
    for least in (LEAST, 2 * LEAST):
        factor = next((n for n in (8, 4, 2) if longest >= n * least), 1)
        if factor != last:
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), REDUCED[factor])
        if pixels is None:
            return
        yield apply_orientation(pixels, header.orientation)
        last = factor
