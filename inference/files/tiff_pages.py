"""Split a TIFF of several pages into files of one page, without decoding it.

A TIFF (6.0) is a chain of directories: the header says where the first is, and each says where the next one is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from inference.files.unreadable import UnreadableError

__all__ = ["count_pages", "tiff_pages"]

MOST = 1000  # pages of a file; each costs a decoding
KIND, REDUCED = 254, 1  # the tag NewSubfileType, and its bit for a smaller copy of another page
ENTRY = 12  # bytes of a directory's entry


def tiff_pages(data: bytes) -> Iterator[bytes]:
    """Yield each page of a TIFF of several pages as a TIFF of one; yield any other file as it is.

    Smaller copies of a page are left out.

    Raises:
        UnreadableError: it has more than MOST pages.
    """
    places = _directories(data)
    if len(places) <= 1:
        yield data
        return
    order = _order(data)
    for first, last in places:
        page = bytearray(data)
        struct.pack_into(f"{order}I", page, 4, first)
        struct.pack_into(f"{order}I", page, last, 0)
        yield bytes(page)


def count_pages(data: bytes) -> int:
    """Return the number of pages of a TIFF; 1 for any other file.

    Raises:
        UnreadableError: it has more than MOST pages.
    """
    return max(len(_directories(data)), 1)


def _order(data: bytes) -> str:
    return {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4], "")


def _directories(data: bytes) -> list[tuple[int, int]]:
    """Return where each page's directory begins, and where it names the next; of a damaged chain, its beginning."""
    order = _order(data)
    places: list[tuple[int, int]] = []
    seen = {0}
    try:
        at = struct.unpack_from(f"{order}I", data, 4)[0] if order else 0
        while at not in seen:
            seen.add(at)
            count = struct.unpack_from(f"{order}H", data, at)[0]
            last = at + 2 + ENTRY * count
            following = struct.unpack_from(f"{order}I", data, last)[0]
            if not places or not _is_smaller_copy(data, order, at, count):
                places.append((at, last))
            if len(seen) > MOST + 1:
                raise UnreadableError(f"a TIFF of more than {MOST} pages")
            at = following
    except struct.error:
        pass
    return places


def _is_smaller_copy(data: bytes, order: str, at: int, count: int) -> bool:
    for entry in range(at + 2, at + 2 + ENTRY * count, ENTRY):
        tag, _, _, value = struct.unpack_from(f"{order}HHII", data, entry)
        if tag == KIND:
            return bool(value & REDUCED)
        if tag > KIND:
            break  # entries are sorted by tag
    return False
