"""Encode pixels as PNG and JPEG files."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["encode_jpeg", "encode_png", "store_turned"]

ORIENTATION = 0x0112
SHORT = 3


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return a PNG file of uint8 pixels, shape [h, w], [h, w, 3] (BGR) or [h, w, 4] (BGRA)."""
    import cv2

    return cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def encode_jpeg(pixels: NDArray[np.uint8], quality: int, orientation: int = 1, *, big_endian: bool = True) -> bytes:
    """Return a JPEG file that viewers show as *pixels*, stored with the given EXIF orientation.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3] (BGR), upright.
        quality: 1 to 100.
        orientation: EXIF orientation, 1 to 8; 1 writes no EXIF segment.
        big_endian: byte order of the EXIF segment.
    """
    import cv2

    stored = store_turned(pixels, orientation)
    jpeg = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
    return jpeg if orientation == 1 else jpeg[:2] + _exif(orientation, ">" if big_endian else "<") + jpeg[2:]


def store_turned(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return upright pixels as a file with this EXIF orientation (1 to 8) stores them."""
    import numpy as np

    turned = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.swapaxes(0, 1),
        6: np.rot90(pixels),
        7: pixels[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(pixels, -1),
    }
    return np.ascontiguousarray(turned[orientation])


def _exif(orientation: int, order: str) -> bytes:
    """Return an EXIF (APP1) segment whose only entry is the orientation."""
    entry = struct.pack(f"{order}HHIHH", ORIENTATION, SHORT, 1, orientation, 0)
    directory = struct.pack(f"{order}H", 1) + entry + struct.pack(f"{order}I", 0)
    header = (b"MM" if order == ">" else b"II") + struct.pack(f"{order}HI", 42, 8)
    body = b"Exif\0\0" + header + directory
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
