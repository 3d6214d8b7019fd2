"""A TIFF of several pages as files of one page."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from inference.files.decode import decode
from inference.files.tiff_pages import count_pages, tiff_pages
from inference.files.unreadable import UnreadableError
from tests.inference.pictures import as_file, seven

PAGES = [seven(), seven((300, 250)), seven(ink=90)]


def _tiff(*kinds: int, **options: str) -> bytes:
    """Encode the pages, each with a NewSubfileType."""
    stream = io.BytesIO()
    first, *rest = (Image.fromarray(page) for page in PAGES[: len(kinds)])
    for picture, kind in zip((first, *rest), kinds, strict=True):
        picture.encoderinfo = {"tiffinfo": {254: kind}}
    first.save(stream, "TIFF", save_all=True, append_images=rest, **options)
    return stream.getvalue()


def _chain(order: str, *offsets: int) -> bytes:
    """Return empty directories at 8, 14, 20 and so on, each of which names the next."""
    head = {"<": b"II*\0", ">": b"MM\0*"}[order]
    return head + struct.pack(f"{order}I", 8) + b"".join(struct.pack(f"{order}HI", 0, each) for each in offsets)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_each_page_is_a_file(compression: str) -> None:
    """Each page decodes to its picture, and no step says that others were left out."""
    pages = list(tiff_pages(_tiff(0, 0, 0, compression=compression)))
    assert len(pages) == 3
    for page, expected in zip(pages, PAGES, strict=True):
        picture = decode(page)
        assert picture.steps == ()
        np.testing.assert_array_equal(picture.pixels, expected)


@pytest.mark.parametrize("data", [as_file(seven(), "PNG"), as_file(seven(), "TIFF"), b"", b"II*\0"])
def test_any_other_file_stays_as_it_is(data: bytes) -> None:
    """A file of one page, or no TIFF, is not changed."""
    assert list(tiff_pages(data)) == [data]


def test_smaller_copies_are_no_pages() -> None:
    """A page marked as a smaller copy of another is left out."""
    assert count_pages(_tiff(0, 1, 0)) == 2


@pytest.mark.parametrize("order", "<>")
def test_a_chain_that_turns_back_ends(order: str) -> None:
    """A directory that names an earlier one, or nothing in the file, is the last."""
    assert count_pages(_chain(order, 14, 8)) == 2
    assert count_pages(_chain(order, 14, 20, 5000)) == 3


def test_too_many_pages_are_refused() -> None:
    """A file of more pages than anyone scans is refused, at the cost of reading its chain."""
    with pytest.raises(UnreadableError, match="more than 1000 pages"):
        count_pages(_chain("<", *range(14, 14 + 6 * 1200, 6)))
