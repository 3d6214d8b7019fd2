"""Boxes, circles and underlines are no digits, and nothing as large as a digit is left out in silence."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.model.answer import LEFTOVER, why_unsure
from inference.normalise import normalise
from inference.reading import Reading, read_picture
from tests.inference.pictures import as_file, draw, like, seven

SMALL = np.pad(seven((150, 150), 10), 75, constant_values=235)
SEVEN_ALONE = normalise(SMALL).image


def boxes(count: int, gap: int = 0, digits: int = 99) -> np.ndarray:
    """Draw a row of boxes, 85x100 pixels each, the first with a 7."""
    page = np.full((220, 120 + count * (85 + gap)), 245, np.uint8)
    for i in range(count):
        left = 60 + i * (85 + gap)
        cv2.rectangle(page, (left, 60), (left + 85, 160), [120], 2)
        if i < digits:
            page[75:145, left + 12 : left + 72] = seven((70, 60), 7, ink=40, paper=245)
    return page


def reading(page: np.ndarray) -> Reading:
    """Read a page as a file."""
    return read_picture(as_file(page, "PNG"))


MARKED = {
    "circle": cv2.ellipse(SMALL.copy(), (150, 150), (90, 100), 0, 0, 360, [20], 4, cv2.LINE_AA),
    "circle with a gap": cv2.ellipse(SMALL.copy(), (150, 150), (90, 100), 0, 20, 360, [20], 4, cv2.LINE_AA),
    "box": cv2.rectangle(SMALL.copy(), (70, 60), (230, 240), [20], 4),
    "underline": draw(SMALL, ((0.25, 0.8), (0.78, 0.79)), 6, 20),
    "underline that touches": draw(SMALL, ((0.2, 0.695), (0.85, 0.7)), 5, 20),
    "two underlines": draw(draw(SMALL, ((0.2, 0.695), (0.85, 0.7)), 5, 20), ((0.2, 0.76), (0.85, 0.76)), 5, 20),
    "box that touches": cv2.rectangle(SMALL.copy(), (99, 80), (201, 240), [120], 3),
    "box cut by the edge": cv2.rectangle(SMALL.copy(), (80, 70), (220, 240), [20], 4)[68:, 78:],
}


@pytest.mark.parametrize("mark", MARKED)
def test_a_mark_round_a_digit_is_taken_away(mark: str) -> None:
    """A digit in a circle or box, or on a line, is the digit alone."""
    normalised = normalise(MARKED[mark].astype(np.uint8))
    assert like(normalised.image, SEVEN_ALONE) > (0.85 if "touch" in mark or "two" in mark else 0.95)
    assert (normalised.digits, normalised.leftover) == (1, 0)


def test_a_dot_in_a_zero_does_not_make_it_a_circle() -> None:
    """A ring around a dot is still a ring."""
    zero = cv2.ellipse(np.full((300, 300), 235, np.uint8), (150, 150), (60, 90), 0, 0, 360, [20], 14, cv2.LINE_AA)
    dotted = cv2.circle(zero.copy(), (150, 150), 12, [20], -1)
    assert like(normalise(dotted.astype(np.uint8)).image, normalise(zero.astype(np.uint8)).image) > 0.9


CROSSED = draw(SMALL, ((0.22, 0.6), (0.8, 0.42)), 8, 20)
BARRED = draw(SMALL, ((0.44, 0.52), (0.6, 0.5)), 8, 20)


def test_a_digit_with_a_line_through_it_is_crossed_out() -> None:
    """A line that reaches past a digit on both sides makes it unsure."""
    assert why_unsure(reading(CROSSED)) == "crossed out"


def test_what_a_line_may_cross_out_needs_more_evidence() -> None:
    """A steep line that reaches a little past a digit makes it unsure only if there is little evidence for it."""
    read = reading(draw(SMALL, ((0.44, 0.78), (0.62, 0.22)), 8, 20))
    assert (why_unsure(read, 1.2), why_unsure(read, 2.5)) == ("crossed out", "")


def test_a_seven_with_a_bar_is_not_crossed_out() -> None:
    """The bar of a 7 belongs to it."""
    assert why_unsure(reading(BARRED)) == ""


def test_two_boxes_apart_are_no_page_with_one_digit() -> None:
    """Of two boxes with a gap, each with a digit, neither is taken for the page."""
    page = boxes(2, gap=14)
    page[75:145, 171:231] = seven((70, 60), 7, ink=40, paper=245)
    assert why_unsure(reading(page)) in {"2 digits in one picture", "other marks beside the digit"}


@pytest.mark.parametrize("count", [2, 3, 4, 6])
def test_the_digits_in_boxes_are_counted(count: int) -> None:
    """A row of boxes holds as many digits as boxes, and none is answered alone."""
    assert why_unsure(reading(boxes(count))) == f"{count} digits in one picture"


def test_the_empty_boxes_beside_a_digit_are_no_digits() -> None:
    """One digit in the first of four boxes is one digit."""
    read = reading(boxes(4, digits=1))
    assert (read.digits, read.leftover) == (1, 0)


def test_a_page_with_ink_is_not_called_blank() -> None:
    """Where no digit is found among the lines of a form, the page is still not blank."""
    read = reading(boxes(8, gap=14))
    assert read.inked
    assert why_unsure(read) not in {"", "blank page"}


def test_what_is_left_out_makes_the_answer_unsure() -> None:
    """A mark half as long as the digit and apart from it is the reason given."""
    page = draw(np.pad(SMALL, ((0, 0), (0, 200)), constant_values=235), ((0.9, 0.4), (0.9, 0.5)), 12, (20,))
    read = reading(page)
    assert read.leftover > LEFTOVER
    assert why_unsure(read) == "other marks beside the digit"
