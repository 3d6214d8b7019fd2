"""Tags of a TIFF directory, the format that EXIF uses too, and the EXIF orientation."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["apply_orientation", "has_more_pages", "read_tags"]

_KINDS = {1: "B", 3: "H", 4: "I"}  # struct codes of BYTE, SHORT and LONG, the only types read
MAX_TAGS = 512
INLINE = 4  # bytes: values up to this size are stored in the directory entry itself

TURNS = {
    2: "mirrored by EXIF",
    3: "rotated 180 by EXIF",
    4: "flipped by EXIF",
    5: "transposed by EXIF",
    6: "rotated 90 by EXIF",
    7: "transversed by EXIF",
    8: "rotated 270 by EXIF",
}


def read_tags(data: bytes) -> dict[int, list[int]]:
    """Read the integer tags of the first directory of TIFF or EXIF data; damaged data yields fewer tags, not an error.

    Args:
        data: starts with the byte order, `II` or `MM`.

    Returns:
        Tag number to its values, at most the first 16.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    tags: dict[int, list[int]] = {}
    try:
        at = struct.unpack_from(f"{order}I", data, 4)[0] if order else len(data)
        count = struct.unpack_from(f"{order}H", data, at)[0] if order else 0
        for entry in range(at + 2, at + 2 + 12 * min(count, MAX_TAGS), 12):
            tag, kind, size = struct.unpack_from(f"{order}HHI", data, entry)
            if kind in _KINDS and size:
                layout = f"{order}{min(size, 16)}{_KINDS[kind]}"
                inside = size * struct.calcsize(_KINDS[kind]) <= INLINE
                where = entry + 8 if inside else struct.unpack_from(f"{order}I", data, entry + 8)[0]
                tags[tag] = list(struct.unpack_from(layout, data, where))
    except struct.error:
        pass
    return tags


def has_more_pages(data: bytes) -> bool:
    """Return whether a second directory follows the first one of TIFF data."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    try:
        at = struct.unpack_from(f"{order}I", data, 4)[0] if order else len(data)
        count = struct.unpack_from(f"{order}H", data, at)[0] if order else 0
        return bool(order and struct.unpack_from(f"{order}I", data, at + 2 + 12 * count)[0])
    except struct.error:
        return False


def apply_orientation(pixels: NDArray[np.generic], orientation: int) -> NDArray[np.generic]:
    """Turn pixels, [h, w] or [h, w, channels], upright by EXIF orientation 1 to 8; other values change nothing."""
    import numpy as np

    if orientation in {5, 6, 7, 8}:
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
