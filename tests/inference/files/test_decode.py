"""Every picture format decodes to upright, opaque 8-bit pixels; anything else is refused with a reason."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from inference.files.decode import decode
from inference.files.unreadable import UnreadableError
from schemas.errors import InputError
from tests.inference.pictures import as_file, bomb, draw, files, like, seven

FILES = files()
ORIENTATION = 0x112


def reason(data: bytes) -> str:
    """Return the reason why a file cannot be read."""
    with pytest.raises(UnreadableError) as raised:
        decode(data)
    return raised.value.reason


def oriented(form: str, orientation: int) -> bytes:
    """Store a 7 so that a viewer that honours the orientation shows it upright."""
    inverse = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE"}
    inverse |= {6: "ROTATE_90", 7: "TRANSVERSE", 8: "ROTATE_270"}
    picture = Image.fromarray(seven((120, 200)))
    if orientation in inverse:
        picture = picture.transpose(Image.Transpose[inverse[orientation]])
    if form == "TIFF":
        return as_file(np.asarray(picture), form, tiffinfo={ORIENTATION: orientation})
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return as_file(np.asarray(picture), form, exif=exif, lossless=True)


@pytest.mark.parametrize("kind", FILES)
def test_every_format_is_decoded_to_the_same_seven(kind: str) -> None:
    """In every format, depth, palette and alpha, the 7 is dark on light and in its place."""
    pixels = decode(FILES[kind]).pixels
    grey = pixels if pixels.ndim == 2 else pixels[..., 2] // 2 + pixels[..., 1] // 2
    assert pixels.dtype == np.uint8
    assert like(grey, seven()) > 0.98


@pytest.mark.parametrize("kind", FILES)
def test_the_format_comes_from_the_content(kind: str) -> None:
    """The header names the format and the stored size."""
    header = decode(FILES[kind]).header
    named = kind.split(maxsplit=1)[0]
    expected = {"APNG": "PNG", "PGM": "PNM", "PPM": "PNM", "PBM": "PNM"}.get(named, named)
    assert (header.format, header.width, header.height) == (expected, 200, 200)


@pytest.mark.parametrize("kind", ["APNG", "GIF of two frames", "WebP of two frames"])
def test_only_the_first_frame_is_used_and_reported(kind: str) -> None:
    """Reading an animation uses its first frame and records that as a step."""
    assert "first frame used" in decode(FILES[kind]).steps


def test_only_the_first_page_is_used_and_reported() -> None:
    """Reading a TIFF of several pages uses its first page and records that as a step."""
    pages, file = [Image.new("L", (40, 40), shade) for shade in (255, 0, 128)], io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    picture = decode(file.getvalue())
    assert (picture.steps, int(picture.pixels.min())) == (("first page used",), 255)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WebP", "TIFF"])
def test_a_still_picture_records_no_step(kind: str) -> None:
    """Decoding a picture of a single frame records no step."""
    assert decode(FILES[kind]).steps == ()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_applied_exactly_once(form: str, orientation: int) -> None:
    """All eight orientations come out upright in every format that carries one."""
    pixels = decode(oriented(form, orientation)).pixels
    assert pixels.shape[:2] == (120, 200)
    grey = pixels if pixels.ndim == 2 else pixels[..., 1]
    assert like(grey, seven((120, 200))) > 0.98


def test_the_rotation_is_a_step() -> None:
    """A rotation by EXIF is recorded as a step."""
    assert decode(oriented("JPEG", 6)).steps == ("rotated 90 by EXIF",)


def test_light_ink_in_alpha_is_put_on_black() -> None:
    """White strokes on a transparent ground stay visible."""
    ink = 255 - seven(ink=0, paper=255)
    pixels = decode(as_file(np.dstack([np.full_like(ink, 255)] * 3 + [ink]), "PNG")).pixels
    np.testing.assert_array_equal(pixels, ink)


def test_corners_of_an_opaque_page_become_paper() -> None:
    """Transparent corners of a sheet take the colour of the sheet."""
    alpha = cv2.circle(np.zeros((200, 200), np.uint8), (100, 100), 120, (255,), -1)
    grey = seven(paper=240)
    pixels = decode(as_file(np.dstack([grey, grey, grey, alpha]), "PNG")).pixels
    assert int(pixels[0, 0]) == 240


def test_grey_stored_in_colours_is_grey() -> None:
    """Three equal channels become one."""
    assert decode(as_file(np.dstack([seven()] * 3), "PNG")).pixels.shape == (200, 200)


def test_deep_pixels_are_scaled_by_the_range_they_use() -> None:
    """A 16-bit picture that uses 10 bits is stretched to the full range."""
    pixels = decode(FILES["PNG 10 of 16 bits"]).pixels
    assert (int(pixels.min()), int(pixels.max())) == (0, 255)


def test_a_float_picture_may_hold_nan() -> None:
    """NaN pixels do not spoil the others."""
    values = seven().astype(np.float32) / 255
    values[:3] = np.nan
    assert like(decode(as_file(values, "TIFF")).pixels[10:], seven()[10:]) > 0.98


def test_a_large_picture_is_reduced() -> None:
    """Decoded pixels are bounded in size; the header keeps the size of the file."""
    picture = decode(as_file(seven((3000, 2000), 150), "PNG"))
    assert max(picture.pixels.shape) <= 1600
    assert (picture.header.width, picture.header.height) == (2000, 3000)


def test_a_large_jpeg_is_decoded_at_reduced_size() -> None:
    """A photo of 12 megapixels is decoded at a quarter of its sides."""
    page = draw(np.full((3000, 4000), 230, np.uint8), ((0.4, 0.3), (0.6, 0.3), (0.5, 0.8)), 90, (20,))
    assert decode(as_file(page, "JPEG")).pixels.shape == (750, 1000)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP"])
def test_a_bomb_is_refused_by_its_header(form: str) -> None:
    """A picture that claims too many pixels is refused before it is decoded."""
    assert reason(bomb(form, 19_999, 19_999)) == "19999x19999 pixels, at most 50 million: make it smaller"


def test_too_long_a_side_is_refused() -> None:
    """A picture of 30000x10 is refused for its longer side."""
    assert reason(bomb("PNG", 30_000, 10)) == "30000x10 pixels, at most 20000 a side: make it smaller"


def test_too_large_a_file_is_refused() -> None:
    """A file over 64 MiB is refused."""
    assert reason(bytes(65 * 2**20)) == "65 MiB, at most 64: make it smaller"


def test_too_many_scans_are_refused() -> None:
    """A progressive JPEG that repeats a scan sixty times is refused: each scan costs a pass."""
    data = as_file(seven(), "JPEG", progressive=True)
    begin = data.index(b"\xff\xda")
    end = data.index(b"\xff\xda", begin + 2)
    assert reason(data[:end] + data[begin:end] * 60 + data[end:]) == "damaged: a JPEG of more than 50 scans"


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_a_truncated_file_is_refused(kind: str, share: float) -> None:
    """A truncated file is never read as if it were whole."""
    data = FILES[kind]
    found = reason(data[: max(int(len(data) * share), 12)])
    assert found in {"cut short", "damaged", "not a picture"}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b"the quick brown fox", "a text file"),
        ("Zürich, Straße".encode() * 100, "a text file"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing: save it as PNG or JPEG"),
        (b"%PDF-1.7\n", "a PDF document: save it as PNG or JPEG"),
        (b"PK\x03\x04" + bytes(40), "a zip archive"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "a HEIC picture: save it as PNG or JPEG"),
        (b"\0\0\0\x20ftypavif" + bytes(40), "an AVIF picture: save it as PNG or JPEG"),
        (b"\0\0\x01\0\x01\0" + bytes(40), "a Windows icon: save it as PNG or JPEG"),
        (bytes(range(256)), "not a picture"),
    ],
)
def test_a_file_that_is_not_a_picture_is_named(data: bytes, found: str) -> None:
    """The reason names what the file is instead."""
    assert reason(data) == found


def test_an_unreadable_file_is_an_input_error() -> None:
    """The error is an InputError with the reason in its headline."""
    with pytest.raises(InputError, match="unreadable: an empty file"):
        decode(b"")
