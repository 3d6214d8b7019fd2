"""Every digit of a page, in reading order."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.model.reader import Reader
from inference.numbers.page_sheet import draw_page_sheet
from inference.numbers.read_page import read_page
from tests.inference.numbers.pages import CELL, boxed, written
from tests.inference.pictures import as_file, seven

BLANK = as_file(np.full((90, 90), 255, np.uint8), "PNG")


@pytest.fixture(scope="module")
def reader(bundle: Path) -> Reader:
    """Return a reader of the sealed bundle."""
    return Reader(bundle)


def _numbers(data: bytes, reader: Reader) -> list[str | None]:
    return [line.number for line in read_page(data, reader).lines]


def test_a_number_is_spelled(reader: Reader) -> None:
    """The digits of a line spell its number."""
    assert _numbers(as_file(written("2024"), "PNG"), reader) == ["2024"]


def test_lines_come_from_top_to_bottom(reader: Reader) -> None:
    """Each line spells a number of its own."""
    assert _numbers(as_file(written("314", "15", "9265"), "PNG"), reader) == ["314", "15", "9265"]


def test_light_digits_are_read_too(reader: Reader) -> None:
    """Chalk on a blackboard reads as ink on paper does."""
    assert _numbers(as_file(255 - written("2024"), "PNG"), reader) == ["2024"]


def test_one_digit_is_a_line(reader: Reader) -> None:
    """A page with a single digit has a line of one digit."""
    assert _numbers(as_file(seven(), "PNG"), reader) == ["7"]


def test_empty_boxes_keep_their_place(reader: Reader) -> None:
    """A grid of boxes has a line for each row, and a blank for each empty box."""
    assert _numbers(as_file(boxed("5_0", "_7_", "43_"), "PNG"), reader) == ["5_0", "_7_", "43_"]


def test_the_lines_of_a_form_are_no_digits(reader: Reader) -> None:
    """A date in a row of boxes is read as without them."""
    assert _numbers(as_file(boxed("24122024"), "PNG"), reader) == ["24122024"]


def test_a_box_lies_around_its_digit(reader: Reader) -> None:
    """The box of each digit, in pixels of the picture, holds its ink and nothing of its neighbours'."""
    page = written("20")
    digits = read_page(as_file(page, "PNG"), reader).lines[0].digits
    for column, placed in enumerate(digits):
        cell = page[:, 60 + CELL * column : 60 + CELL * (column + 1)]
        rows, columns = np.nonzero(cell < 128)
        edges = (columns.min() + 60 + CELL * column, rows.min(), columns.max() + 60 + CELL * column, rows.max())
        box = (placed.box.left, placed.box.top, placed.box.right - 1, placed.box.bottom - 1)
        np.testing.assert_allclose(box, edges, atol=2)


def test_boxes_are_in_pixels_of_the_file(reader: Reader) -> None:
    """A picture that is reduced to be read has its boxes where they are in the file."""
    small, large = written("20"), cv2.resize(written("20"), None, fx=9, fy=9, interpolation=cv2.INTER_CUBIC)
    one, other = (read_page(as_file(page, "PNG"), reader).lines[0].digits[1].box for page in (small, large))
    np.testing.assert_allclose(np.array(other) / 9, one, atol=2)


def test_a_digit_beside_a_shape_is_answered(reader: Reader) -> None:
    """A shape that is no digit is unsure, and the line has a guess but no number."""
    page = written("2_4")
    left, right = 60 + CELL + 20, 60 + 2 * CELL - 20
    zigzag = np.array([(left, 130), (left, 80), ((left + right) // 2, 110), (right, 80), (right, 130)], np.int32)
    cv2.polylines(page, [zigzag], isClosed=False, color=(0,), thickness=7)
    answer = read_page(as_file(page, "PNG"), reader)
    [line] = answer.lines
    assert (answer.decision, line.number, line.guess[0], line.guess[-1]) == ("unsure", None, "2", "4")
    assert [each.answer.decision for each in line.digits if each.answer] == ["answered", "unsure", "answered"]


@pytest.mark.parametrize(
    ("data", "decision", "reason"),
    [
        (as_file(np.full((90, 90), 255, np.uint8), "PNG"), "unsure", "blank page"),
        (b"no picture", "unreadable", "a text file"),
    ],
)
def test_a_page_without_digits_says_why(data: bytes, decision: str, reason: str, reader: Reader) -> None:
    """A blank page is unsure and a text file unreadable, each with its reason and without lines."""
    answer = read_page(data, reader)
    assert (answer.decision, answer.reason, answer.lines) == (decision, reason, ())


def test_two_digits_that_touch_are_not_one(reader: Reader) -> None:
    """Two digits joined by a stroke are split into two, or unsure; they are never answered as one digit."""
    page = written("20")
    cv2.line(page, (60 + CELL // 2, 102), (60 + CELL * 3 // 2, 102), (0,), 6)
    [line] = read_page(as_file(page, "PNG"), reader).lines
    assert line.number in {None, "20"}


def test_the_sheet_shows_the_page_with_boxes(reader: Reader) -> None:
    """The sheet is the page, enlarged if it is small, with a green box around each answered digit."""
    answer = read_page(as_file(written("20"), "PNG"), reader)
    sheet = cv2.imdecode(np.frombuffer(draw_page_sheet(answer), np.uint8), cv2.IMREAD_COLOR)
    assert sheet is not None
    assert max(sheet.shape) == 800
    assert cv2.connectedComponents(np.all(sheet == (60, 140, 40), axis=2).astype(np.uint8))[0] - 1 >= 2


def test_the_document_has_every_field(reader: Reader) -> None:
    """The document of a page holds decision, reason and lines; each digit has its box and the fields of an answer."""
    document = read_page(as_file(boxed("2_"), "PNG"), reader).document()
    [line] = document["lines"]
    two, empty = line["digits"]
    assert (document["decision"], document["reason"], line["number"]) == ("answered", None, "2_")
    assert list(two["box"]) == ["left", "top", "width", "height"]
    assert (two["decision"], two["digit"], two["guess"]) == ("answered", "2", "2")
    assert (empty["decision"], empty["digit"], empty["guess"], empty["confidence"]) == ("empty", None, None, None)
