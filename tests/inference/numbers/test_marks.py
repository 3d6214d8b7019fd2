"""Shadows, forms and lines around digits, which are no digits."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.model.answer import Answer
from inference.model.reader import Reader
from inference.numbers.boxes import Box
from inference.numbers.broken import join_pieces
from inference.numbers.cut_out import Shape, cut_out, draw_small
from inference.numbers.forms import Form, erase_form, find_form
from inference.numbers.groups import Group, Groups, find_groups, join_in_cells
from inference.numbers.no_digits import are_remains, erase_underlines
from inference.numbers.page_answer import PlacedDigit
from inference.numbers.page_ink import find_page_ink
from inference.numbers.read_page import read_page
from inference.numbers.steady import FLOOR, SteadyReader
from tests.inference.numbers.pages import CELL, EDGE, GREY, boxed, written
from tests.inference.pictures import as_file


@pytest.fixture(scope="module")
def reader(bundle: Path) -> Reader:
    """Return a reader of the sealed bundle."""
    return Reader(bundle)


def _guesses(page: NDArray[np.uint8], reader: Reader) -> list[str]:
    return [line.guess for line in read_page(as_file(page, "PNG"), reader).lines]


def test_a_shadow_is_no_digit(reader: Reader) -> None:
    """The shadow of a finger, half as dark as the paper and with soft edges, changes nothing."""
    page = written("2024")
    light = np.ones(page.shape, np.float32)
    cv2.line(light, (0, 30), (page.shape[1] * 2 // 3, 120), 0.5, 44)
    shaded = (page * cv2.GaussianBlur(light, (0, 0), 9)).astype(np.uint8)
    assert _guesses(shaded, reader) == ["2024"]


def test_a_number_in_the_shadow_of_a_hand_is_read(reader: Reader) -> None:
    """A shadow whose edges are about as steep as those of the ink is no ink."""
    page = 220 - 0.62 * (255 - written("2024").astype(np.float32))
    light = np.ones(page.shape, np.float32)
    cv2.line(light, (0, 90), (page.shape[1] * 3 // 4, 110), 0.55, 70)
    cv2.line(light, (0, 30), (page.shape[1], 20), 0.55, 23)
    noise = np.random.default_rng(0).normal(0, 2, page.shape)
    photo = np.clip(page * cv2.GaussianBlur(light, (0, 0), 2) + noise, 0, 255).astype(np.uint8)
    assert _guesses(photo, reader) == ["2024"]


def test_a_hairline_of_a_form_is_erased() -> None:
    """Of a line between two rows of pixels, most pixels are its soft edges; its middle is erased as well."""
    relief, lines = np.zeros((90, 90), np.float32), np.zeros((90, 90), np.bool_)
    for offset, contrast in ((-1, 44.0), (0, 197.0), (1, 48.0)):
        cv2.rectangle(relief, (20 - offset, 20 - offset), (70 + offset, 70 + offset), contrast, 1)
    lines[19:22, 20:71] = lines[69:72, 20:71] = True
    bare = erase_form(relief, Form(lines, np.ascontiguousarray(lines.T), ()), 255.0)
    assert bare.max() < 50


def test_a_broken_digit_is_one(reader: Reader) -> None:
    """A 2 that is cut through is read as one digit: its left piece is none."""
    page = written("2")
    rows, columns = np.nonzero(page < 128)
    middle = (columns.min() + columns.max()) // 2
    cv2.line(page, (middle + 8, rows.min() - 4), (middle - 8, rows.max() + 4), (255,), 5)
    assert _guesses(page, reader) == ["2"]


def test_the_flag_of_a_digit_some_way_off_is_a_stroke() -> None:
    """A short bar between two digits, near neither, is left out but for a digit that it may belong to; dust is not."""
    mask = np.zeros((90, 200), np.bool_)
    mask[20:70, 10:16] = mask[20:70, 150:156] = True
    mask[20:24, 60:84] = mask[60:64, 80:84] = True
    found = find_groups(mask)
    assert [each.box for each in found.strokes] == [Box(60, 20, 24, 4)]
    assert len(found.groups) == 2


def test_a_stroke_some_way_off_belongs_to_the_digit_that_is_unsure() -> None:
    """A bar between two digits, near neither, is read with the one that is unsure without it."""
    mask = np.zeros((90, 200), np.bool_)
    mask[20:70, 40:46] = mask[20:70, 104:110] = mask[20:24, 63:87] = True
    groups = find_groups(mask)
    unsure, sure = Answer("unsure", "unlike any digit", "1"), Answer("answered", guess="1")
    placed = [PlacedDigit(each.box, unsure if each.box.left == 40 else sure) for each in groups.groups]
    joined = join_pieces(groups, placed, lambda shapes: [PlacedDigit(each.box, unsure) for each in shapes])
    assert sorted(shape.box for shape, _ in joined) == [Box(40, 20, 47, 50), Box(104, 20, 6, 50)]


def test_a_comb_of_one_tooth_is_no_digit(reader: Reader) -> None:
    """A line with a tooth at each end, below a single digit, is part of a form."""
    page = written("2")
    corners = [(45, 125), (45, 155), (160, 155), (160, 125)]
    cv2.polylines(page, [np.array(corners, np.int32)], isClosed=False, color=(90,), thickness=3)
    assert _guesses(page, reader) == ["2"]


def _comb(page: NDArray[np.uint8], places: int, tooth: int) -> None:
    """Draw the comb of a form below a line of digits."""
    base, end = EDGE + CELL - 6, EDGE + CELL * places
    cv2.line(page, (EDGE, base), (end, base), GREY, 2)
    for column in range(EDGE, end + 1, CELL):
        cv2.line(page, (column, base - tooth), (column, base), GREY, 2)


def test_the_teeth_of_a_long_comb_are_found() -> None:
    """The line of a comb may be fifty times as long as its teeth; between two of these is a place for a digit."""
    page = np.full((200, 800), 255, np.uint8)
    _comb(page, 8, 13)
    relief = (255 - page).astype(np.float32)
    form = find_form(relief, [relief > 50])
    assert form
    assert [cell.left // CELL for cell in form.cells] == list(range(8))


def test_an_empty_place_of_a_comb_stays(reader: Reader) -> None:
    """The place between two teeth of a comb holds a digit or is empty, as a box is."""
    page = written("2_4")
    _comb(page, 3, 25)
    assert _guesses(page, reader) == ["2_4"]


def test_a_faint_line_is_traced_beside_strong_ink() -> None:
    """The hairline of a box just above a stroke is whole among the traces, and has a gap among the marks."""
    page = np.full((120, 240), 255, np.uint8)
    page[50, 20:220] = 205
    page[52:58, 80:150] = 0
    ink = find_page_ink(page)
    assert (ink.traces[50, 20:220].all(), ink.marks[50, 20:220].all()) == (True, False)


def test_a_broad_digit_keeps_its_base() -> None:
    """A broad shape with a line below is no number on a line if the other digits are as high as it is broad."""
    mask = np.zeros((90, 300), np.uint8)
    cv2.line(mask, (20, 70), (70, 70), (1,), 4)
    cv2.line(mask, (45, 70), (60, 46), (1,), 4)
    broad = mask > 0
    for left in (120, 200):
        cv2.ellipse(mask, (left, 50), (14, 28), 0, 0, 360, (1,), 5)
    number = mask > 0
    assert np.array_equal(erase_underlines(number), number)
    assert not erase_underlines(broad)[70, 30]


def test_a_digit_with_a_line_through_it_is_crossed_out(reader: Reader) -> None:
    """A crossed-out digit of a number is unsure, and the others are answered."""
    page = written("2704")
    cv2.line(page, (EDGE + CELL + 8, 114), (EDGE + 2 * CELL - 8, 88), (0,), 4)
    [line] = read_page(as_file(page, "PNG"), reader).lines
    assert [each.answer and each.answer.reason for each in line.digits] == [None, "crossed out", None, None]


def test_a_box_that_touches_its_digit_is_taken_away(reader: Reader) -> None:
    """A digit is read though it touches the lower line of the only box."""
    page = written("8")
    rows, columns = np.nonzero(page < 128)
    cv2.rectangle(page, (columns.min() - 14, rows.min() - 14), (columns.max() + 14, rows.max()), (0,), 3)
    assert _guesses(page, reader) == ["8"]


@pytest.mark.parametrize("digit", ["0", "3", "5", "8"])
def test_a_line_that_touches_a_digit_never_makes_it_another(digit: str, reader: Reader) -> None:
    """An underlined digit is read rightly or unsure, also if the line touches it."""
    page = written(digit)
    rows, columns = np.nonzero(page < 128)
    cv2.line(page, (columns.min() - 14, rows.max()), (columns.max() + 14, rows.max()), (0,), 4)
    [line] = read_page(as_file(page, "PNG"), reader).lines
    assert line.number in {None, digit}


def test_a_line_under_a_number_is_taken_away(reader: Reader) -> None:
    """A line that touches all digits of a number does not join them."""
    page = written("8385")
    rows, columns = np.nonzero(page < 128)
    cv2.line(page, (columns.min() - 14, rows.max()), (columns.max() + 14, rows.max()), (0,), 4)
    [line] = read_page(as_file(page, "PNG"), reader).lines
    assert len(line.digits) == 4


def test_a_straight_stroke_in_a_box_stays(reader: Reader) -> None:
    """A 1 that stands on the line of its box is no line of the form: it is stronger than they are."""
    page = boxed("_2")
    cv2.line(page, (EDGE + CELL // 2, EDGE + 16), (EDGE + CELL // 2, EDGE + CELL - 4), (0,), 8)
    assert _guesses(page, reader) == ["12"]


def test_the_pieces_in_a_box_are_one_digit() -> None:
    """Two halves in a box of a form are joined; two digits in it are not, nor are the halves without it."""
    cell, halves = Box(0, 0, 60, 60), (Group(Box(30, 8, 12, 22), (1,)), Group(Box(14, 34, 12, 20), (2,)))
    digits = Group(Box(8, 8, 14, 40), (1,)), Group(Box(34, 10, 14, 40), (2,))
    labels = np.zeros((60, 60), np.int32)
    found = [
        len(join_in_cells(Groups(labels, groups, 40.0), cells).groups)
        for groups, cells in ((halves, [cell]), (digits, [cell]), (halves, []))
    ]
    assert found == [1, 2, 2]


def test_what_has_faint_edges_is_left_of_a_shadow() -> None:
    """Of two equal marks, the one whose edges are a tenth as steep is no digit."""
    relief = np.zeros((60, 120), np.float32)
    relief[10:50, 20:28], relief[10:50, 90:98] = 200, 20
    shapes = [Shape(Box(left, 10, 8, 40), *(np.full((40, 8), own) for own in (True, False))) for left in (20, 90)]
    placed = [PlacedDigit(shape.box, Answer("answered", guess="1")) for shape in shapes]
    assert are_remains(shapes, placed, relief) == [False, True]


def test_a_steady_reading_is_the_mean_of_five(reader: Reader) -> None:
    """A picture without ink, which looks the same turned and slanted, is read as it always is; a digit otherwise."""
    images = np.stack([np.zeros((28, 28), np.uint8), draw_small(written("4"))])
    once, steady = reader.read(images), SteadyReader(reader).read(images)
    np.testing.assert_allclose(steady.probabilities[0], once.probabilities[0], rtol=1e-3)
    assert not np.allclose(steady.evidence[1], once.evidence[1], rtol=1e-3)
    assert steady.read[1] == 4


def test_a_steady_reading_answers_only_what_is_likely(reader: Reader) -> None:
    """A digit of a page needs three quarters of the mean confidence, whatever the model needs for a single one."""
    assert SteadyReader(reader).read(np.zeros((1, 28, 28), np.uint8)).floor == FLOOR


def test_a_shape_is_drawn_as_mnist_would() -> None:
    """A ring on a page becomes a ring 20 pixels high."""
    relief = np.zeros((120, 120), np.float32)
    cv2.circle(relief, (60, 60), 30, 200.0, 8)
    box = Box(20, 20, 80, 80)
    own = relief[20:100, 20:100] > 100
    image = draw_small(cut_out(relief, Shape(box, own, np.zeros_like(own))))
    rows = np.flatnonzero((image > 60).any(axis=1))
    assert (rows[-1] - rows[0] + 1, image[14, 14]) == (20, 0)
