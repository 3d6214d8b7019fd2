"""Sheets on tables are found, in light and shadow and in perspective; a digit's loops and shadows are no sheets."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.model.answer import why_unsure
from inference.normalise import normalise
from inference.paper.sheet import find_sheet, is_sheet
from inference.reading import read_picture
from tests.inference.pictures import SEVEN, as_file, draw, like, seven

SEEN = ((0.08, 0.03), (0.9, 0.1), (0.97, 0.92), (0.02, 0.98))
"""Corners of a sheet in perspective, shares of the picture's width and height."""
WHOLE = ((0, 0), (1, 0), (1, 1), (0, 1))


def tilted(sheet: np.ndarray, table: int, seen: tuple[tuple[float, float], ...] | np.ndarray = SEEN) -> np.ndarray:
    """See a sheet in perspective on a table."""
    height, width = sheet.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, np.array(seen, np.float32) * np.array([width, height], np.float32))
    return np.asarray(cv2.warpPerspective(sheet, turn, (width, height), borderValue=(table,)), np.uint8)


def half_in_shadow(sheet: np.ndarray, begin: float, slope: float) -> np.ndarray:
    """Cast a shadow with a soft edge on the lower part of a sheet, which begins at a share of its height."""
    height, width = sheet.shape
    y, x = np.mgrid[:height, :width]
    light = np.where(y > begin * height + slope * (x - width / 2), 0.6, 1.0)
    return (sheet * cv2.GaussianBlur(light, (0, 0), 20)).astype(np.uint8)


def written() -> np.ndarray:
    """Draw a 7 on a sheet, right of the middle."""
    small = tuple((0.5 + 0.4 * (x - 0.5), 0.55 + 0.4 * (y - 0.5)) for x, y in SEVEN)
    return draw(np.full((600, 450), 235, np.uint8), small, 22, (35,))


@pytest.mark.parametrize("seed", [2, 6, 10, 13])
def test_a_digit_on_a_sheet_half_in_shadow_is_read_without_the_table(seed: int) -> None:
    """Neither strips of the table nor the shadow's edge count as a digit, a stroke or a mark."""
    rng = np.random.default_rng(seed)
    seen = np.abs(np.array(WHOLE) - rng.uniform(0, 0.12, (4, 2)))
    page = tilted(half_in_shadow(written(), rng.uniform(0.25, 0.65), rng.uniform(-0.5, 0.5)), 85, seen)
    reading = read_picture(as_file(page, "PNG"))
    assert why_unsure(reading) == ""
    assert (reading.digits, reading.leftover) == (1, 0.0)
    assert like(reading.image, normalise(written()).image) > 0.8


NOTES = {
    "far": ((0.35, 0.3), (0.66, 0.3), (0.75, 0.72), (0.22, 0.75)),
    "near": ((0.3, 0.3), (0.66, 0.3), (0.75, 0.72), (0.22, 0.75)),
    "turned": ((0.3, 0.3), (0.75, 0.25), (0.7, 0.7), (0.32, 0.66)),
    "large": ((0.2, 0.2), (0.8, 0.3), (0.8, 0.7), (0.2, 0.8)),
}
"""Corners of notes in perspective, as of SEEN."""


@pytest.mark.parametrize("note", NOTES)
def test_a_note_in_perspective_on_a_dark_desk_is_no_digit(note: str) -> None:
    """A light note, seen at an angle, is not the digit; what is written on it is."""
    page = tilted(seven((520, 560), 20, paper=180), 50, NOTES[note])
    assert like(normalise(page).image, normalise(seven((340, 340), 20)).image) > 0.7


def test_a_sheet_is_found_without_its_edge() -> None:
    """The sheet's pixels are found, but for a few at its edge."""
    page = tilted(half_in_shadow(written(), 0.5, 0.2), 85)
    page = cv2.resize(page, (192, 256), interpolation=cv2.INTER_AREA)
    sheet = cv2.resize(tilted(np.full((600, 450), 255, np.uint8), 0), (192, 256)) > 127
    found = find_sheet(page.astype(np.float32))
    assert not (found & ~sheet).any()
    assert 0.9 < found.sum() / sheet.sum() < 1


NO_SHEETS = {
    "paper alone": seven((256, 192), 14),
    "a shadow's soft edge": half_in_shadow(seven((256, 192), 14), 0.5, 0.1),
    "an empty sheet": tilted(np.full((256, 192), 235, np.uint8), 60),
    "two sheets": np.hstack([tilted(seven((256, 192), 14), 60)] * 2),
    "a light 0": cv2.ellipse(np.full((256, 192), 30, np.uint8), (96, 128), (70, 100), 0, 0, 360, [220], 30),
    "a light, boxy 0": cv2.rectangle(np.full((256, 192), 30, np.uint8), (50, 50), (142, 206), [220], 24),
    "a broad 0": cv2.ellipse(np.full((256, 192), 235, np.uint8), (96, 128), (70, 100), 0, 0, 360, [20], 30),
    "nothing": np.full((256, 192), 200, np.uint8),
}


@pytest.mark.parametrize("kind", NO_SHEETS)
def test_other_pictures_have_no_sheet_on_a_table(kind: str) -> None:
    """Without one sheet that has ink on it and ends in a step, all of a picture is searched."""
    assert find_sheet(NO_SHEETS[kind].astype(np.float32)).all()


def test_a_rectangle_with_a_stroke_in_it_may_be_a_sheet_and_strokes_are_none() -> None:
    """A note with a digit on it is a sheet; a digit, also a 1 in a broad pen, and a disc are none."""
    disc = cv2.circle(np.zeros((200, 200), np.uint8), (100, 100), 80, [255], -1)
    assert is_sheet(tilted(seven((200, 200), 16), 0) > 127)
    assert not is_sheet(seven((200, 200), 40) < 127)
    assert not is_sheet(disc > 0)
    assert not is_sheet(draw(np.zeros((200, 200), np.uint8), ((0.5, 0.1), (0.5, 0.9)), 50, (255,)) > 127)
