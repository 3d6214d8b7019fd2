"""Which files are named like pictures."""

from __future__ import annotations

import re

__all__ = ["has_suffix", "is_named_like_a_picture"]

_PICTURE = re.compile(
    r".+\.(png|apng|jpe?g|jpe|jfif|gif|bmp|dib|webp|tiff?|p[bgpn]m|heic|heif|avif|jxl|jp2|svg|ico)",
    re.IGNORECASE | re.DOTALL,
)
_SUFFIX = re.compile(r".+\.[^. ]{1,10}", re.DOTALL)


def is_named_like_a_picture(name: str) -> bool:
    """Tell by its suffix whether a file is meant to be a picture, be it of a format that can be read or not."""
    return not name.startswith(".") and _PICTURE.fullmatch(name) is not None


def has_suffix(name: str) -> bool:
    """Tell whether a name says at all what the file is."""
    return _SUFFIX.fullmatch(name) is not None
