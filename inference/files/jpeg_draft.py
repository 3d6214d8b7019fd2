"""Drafts of a JPEG: grey, at reduced size, so that no more is decoded than needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inference.files.exif import apply_orientation
from inference.files.header import Header

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["drafts", "has_drafts"]

# Chosen for speed on plain pictures: no measurement is on record.
LEAST = 250  # pixels: least longer side of the first draft; a smaller picture is decoded in full
REDUCED = {1: 0 | 128, 2: 16 | 128, 4: 32 | 128, 8: 64 | 128}  # cv2.IMREAD_REDUCED_GRAYSCALE_n | IGNORE_ORIENTATION


def has_drafts(header: Header) -> bool:
    """Return whether a picture has drafts: only JPEGs of LEAST pixels or more do."""
    return header.format == "JPEG" and max(header.width, header.height) >= LEAST


def drafts(data: bytes, header: Header) -> Iterator[NDArray[np.uint8]]:
    """Yield a JPEG in grey and upright, uint8 [h, w]: first small, then larger; nothing if it is damaged."""
    import numpy as np

    longest, last, pixels = max(header.width, header.height), 0, None
    for least in (LEAST, 2 * LEAST):
        factor = next((n for n in (8, 4, 2) if longest >= n * least), 1)
        pixels = pixels if factor == last else _decode(data, factor)
        if pixels is None:
            return
        yield np.asarray(apply_orientation(pixels, header.orientation), np.uint8)
        last = factor


def _decode(data: bytes, factor: int) -> NDArray[np.uint8] | None:
    import cv2
    import numpy as np

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), REDUCED[factor])  # pyright: ignore[reportReturnType]
    except (cv2.error, MemoryError):
        return None
