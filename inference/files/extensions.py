"""Which files are named like pictures."""

from __future__ import annotations

__all__ = ["has_suffix", "is_named_like_a_picture"]

LONGEST = 10  # letters of a suffix: what follows the last dot of `3. my first drawing` is none
PICTURES = frozenset(
    b"png apng jpg jpeg jpe jfif gif bmp dib webp tif tiff pbm pgm pnm ppm heic heif avif jxl jp2 svg ico".split()
)


def is_named_like_a_picture(name: bytes) -> bool:
    """Tell by its suffix whether a file is meant to be a picture, be it of a format that can be read or not."""
    stem, _, suffix = name.rpartition(b".")
    return suffix.lower() in PICTURES and stem != b"" and not name.startswith(b".")


def has_suffix(name: bytes) -> bool:
    """Tell whether a name says at all what the file is."""
    stem, _, suffix = name.rpartition(b".")
    return stem != b"" and 0 < len(suffix) <= LONGEST and b" " not in suffix
