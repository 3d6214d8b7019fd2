"""File names that look like pictures."""

from __future__ import annotations

__all__ = ["TIFF", "has_extension", "has_picture_extension"]

TIFF = (".tif", ".tiff")
LONGEST = 10  # letters: what follows the last dot of `3. my first drawing` is not an extension
PICTURES = frozenset(
    b"png apng jpg jpeg jpe jfif gif bmp dib webp tif tiff pbm pgm pnm ppm heic heif avif jxl jp2 svg ico".split()
)


def has_picture_extension(name: bytes) -> bool:
    """Return whether a name has the extension of a picture format, readable here or not."""
    stem, _, suffix = name.rpartition(b".")
    return suffix.lower() in PICTURES and stem != b"" and not name.startswith(b".")


def has_extension(name: bytes) -> bool:
    """Return whether a name has an extension at all."""
    stem, _, suffix = name.rpartition(b".")
    return stem != b"" and 0 < len(suffix) <= LONGEST and b" " not in suffix
