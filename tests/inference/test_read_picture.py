"""Reading a picture file: from bytes to 28x28, with all measurements."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from inference.model.answer import why_unsure
from inference.reading import Reading, read_picture
from inference.step_sheet import draw_sheet, draw_text
from tests.inference.pictures import as_file, files, like, sample, seven

REFERENCE = read_picture(as_file(seven(), "PNG"))


@pytest.mark.parametrize(("kind", "data"), files().items())
def test_every_format_gives_the_same_seven(kind: str, data: bytes) -> None:
    """Every file format gives the same 28x28."""
    del kind
    assert like(read_picture(data).image, REFERENCE.image) > 0.9


def test_the_file_is_described() -> None:
    """Format and size are those of the file."""
    assert (REFERENCE.format, REFERENCE.width, REFERENCE.height) == ("PNG", 200, 200)


def test_the_ink_is_described() -> None:
    """Contrast, number of digits, share of ink and clearness are those of the page."""
    assert REFERENCE.contrast == pytest.approx((235 - 20) / 255, abs=0.05)
    assert REFERENCE.digits == 1
    assert 0.05 < REFERENCE.ink_share < 0.15
    assert REFERENCE.clearness > 0.8


def test_ink_is_neither_blank_nor_faint() -> None:
    """A page with a 7 in ink is neither blank nor faint."""
    assert not REFERENCE.blank
    assert not REFERENCE.faint


def test_a_blank_page_is_blank() -> None:
    """A white page is blank, and not faint."""
    reading = read_picture(as_file(np.full((90, 90), 255, np.uint8), "PNG"))
    assert reading.blank
    assert not reading.faint


def test_low_contrast_is_faint() -> None:
    """A 7 only seven greys below the paper is read, and called faint."""
    reading = read_picture(as_file(seven(ink=228), "PNG"))
    assert reading.faint
    assert like(reading.image, REFERENCE.image) > 0.8


def test_ink_without_clear_edges_is_doubted() -> None:
    """Unclear edges all around raise the doubt "no pen strokes"; a 7 in ink raises none."""
    assert not why_unsure(REFERENCE)
    assert why_unsure(replace(REFERENCE, clearness=0.25)) == "no pen strokes"


def test_soft_edges_and_much_ink_are_left_to_the_network() -> None:
    """A thick digit out of focus is not doubted before the network has read it."""
    assert not why_unsure(replace(REFERENCE, clearness=0.5, ink_share=0.4))


def test_edges_are_wider_out_of_focus() -> None:
    """The width of a 7's edges grows with the blur, and tells a blurred 7 from a sharp one."""
    readings = [_blurred(sigma) for sigma in (1, 4, 8)]
    widths = [REFERENCE.softness, *(each.softness for each in readings)]
    assert widths == sorted(widths)
    assert [each.blurred for each in (REFERENCE, *readings)] == [False, False, False, True]


def _blurred(sigma: float) -> Reading:
    return read_picture(as_file(cv2.GaussianBlur(seven(), (0, 0), sigma).astype(np.uint8), "PNG"))


def test_a_small_picture_is_not_blurred() -> None:
    """A 7 of 26 pixels has edges that are wide beside it, but only a pixel or two."""
    soft = cv2.GaussianBlur(cv2.resize(seven(), (26, 26), interpolation=cv2.INTER_AREA), (0, 0), 0.6).astype(np.uint8)
    small = read_picture(as_file(soft, "PNG"))
    assert small.softness > 0.1
    assert not small.blurred


def test_the_steps_of_decoding_come_first() -> None:
    """The steps are in the order in which they were taken."""
    assert read_picture(files()["GIF of two frames"]).steps[:2] == ("first frame used", "inverted")


def test_files_of_mnist_are_read_unchanged() -> None:
    """A file with a picture of MNIST, grey or RGB, is read bit for bit, without a step."""
    for image in sample()[::500]:
        for pixels in (image, np.dstack([image] * 3)):
            reading = read_picture(as_file(pixels, "PNG"))
            assert reading.steps == ()
            np.testing.assert_array_equal(reading.image, image)


def test_only_the_picture_libraries_are_imported() -> None:
    """Reading a picture imports numpy and cv2 but no slower library; importing the module imports neither."""
    heavy = {"scipy", "sklearn", "matplotlib", "PIL", "tensorflow", "keras", "pyarrow"}
    code = f"""
import sys
import inference.drawing.mnist_like, inference.reading, inference.step_sheet
assert not {{"numpy", "cv2"}} & set(sys.modules)
inference.reading.read_picture(sys.stdin.buffer.read())
assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], input=as_file(seven(), "PNG"), check=True)


def test_the_sheet_is_one_png_of_all_steps() -> None:
    """The contact sheet is a PNG file, wide enough for four pictures."""
    reading = read_picture(as_file(seven(), "PNG"), trace=True)
    sheet = cv2.imdecode(np.frombuffer(draw_sheet(reading.trace, reading.steps), np.uint8), cv2.IMREAD_COLOR)
    assert [reading.trace[0][0], reading.trace[-1][0]] == ["original", "28x28"]
    assert sheet is not None
    assert sheet.shape[1] > 800


def test_long_captions_of_the_sheet_wrap() -> None:
    """Text above and below the sheet takes as many strips as it needs; nothing is cut off."""
    picture = ("28x28", np.zeros((28, 28), np.uint8))
    sheets = [draw_sheet((picture,) * 4, (words,), head=head) for words, head in (("", ()), ("x" * 100, ("7",)))]
    heights = [np.asarray(cv2.imdecode(np.frombuffer(each, np.uint8), cv2.IMREAD_COLOR)).shape[0] for each in sheets]
    assert heights[1] - heights[0] == 3 * 24


def test_text_is_plain_ascii() -> None:
    """Without colours, the picture is 14 lines of 28 ASCII characters."""
    lines = draw_text(REFERENCE.image).split("\n")
    assert (len(lines), {len(line) for line in lines}) == (14, {28})
    assert "@" in draw_text(REFERENCE.image)
    assert draw_text(REFERENCE.image).isascii()


def test_colours_show_every_grey() -> None:
    """With colours, each pair of pixels is a half block, and each line resets the colour."""
    text = draw_text(REFERENCE.image, colour=True)
    assert text.count("▀") == 28 * 14
    assert all(line.endswith("\x1b[0m") for line in text.split("\n"))
