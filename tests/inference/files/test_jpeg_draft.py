"""A JPEG draft is a grey, reduced picture that shows what the full picture shows."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from inference.files.decode import decode
from inference.files.header import read_header
from inference.files.jpeg_draft import drafts, has_drafts
from inference.pixels.resizing import resized
from tests.inference.pictures import as_file, draw, like, seven

COLOURED = draw(
    np.full((480, 640, 3), (200, 225, 235), np.uint8), ((0.2, 0.2), (0.7, 0.2), (0.4, 0.9)), 24, (140, 60, 30)
)


def drafted(data: bytes) -> list[np.ndarray]:
    """Return all drafts of a file."""
    return list(drafts(data, read_header(data)))


@pytest.mark.parametrize(
    ("size", "sides"),
    [((480, 640), [320, 640]), ((3000, 4000), [500, 500]), ((900, 1200), [300, 600]), ((250, 200), [250, 250])],
)
def test_a_draft_is_as_small_as_allowed(size: tuple[int, int], sides: list[int]) -> None:
    """The longer side has at least 250 pixels in the first draft and 500 in the second, if the picture has them."""
    assert [max(each.shape) for each in drafted(as_file(seven(size, 30), "JPEG"))] == sides


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_draft_is_the_luma_of_the_picture(mode: str) -> None:
    """In every colour mode, a draft equals the luma of the decoded picture."""
    data = as_file(COLOURED[..., ::-1], "JPEG", mode, quality=90)
    pixels = decode(data).pixels
    luma = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY) if pixels.ndim > 2 else pixels, np.uint8)
    small = drafted(data)[0]
    assert np.abs(small.astype(int) - resized(luma, (320, 240))).mean() < 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_draft_is_upright(orientation: int) -> None:
    """EXIF's orientation turns a draft like the full picture."""
    exif = Image.Exif()
    exif[0x112] = orientation
    data = as_file(seven((300, 400), 30), "JPEG", exif=exif)
    assert like(drafted(data)[0], decode(data).pixels) > 0.99


def test_only_large_jpegs_have_drafts() -> None:
    """A PNG has no drafts, and neither has a small JPEG."""
    assert not has_drafts(read_header(as_file(seven((480, 640)), "PNG")))
    assert not has_drafts(read_header(as_file(seven((200, 200)), "JPEG")))
    assert has_drafts(read_header(as_file(seven((480, 640)), "JPEG")))
