"""Digits that touch: ways to cut them apart, and the evidence for a cut."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from inference.model.answer import answer_images
from inference.model.reader import Reader
from inference.numbers.boxes import Box
from inference.numbers.cut_out import Shape
from inference.numbers.page_answer import PlacedDigit
from inference.numbers.seams import find_seams
from inference.numbers.steady import SteadyReader
from inference.numbers.touching import Cut, best_cut, may_touch


def _cut(text: tuple[int, int], evidence: float, smaller: float, lead: float) -> Cut:
    own = np.ones((8, 8), np.bool_)
    halves = Shape(Box(0, 0, 8, 8), own, ~own), Shape(Box(8, 0, 8, 8), own, ~own)
    return Cut(halves, text, evidence, smaller, lead)


def test_the_best_cut_is_read_as_the_strongest_is() -> None:
    """Of the cuts that are read as the one with the most evidence, the one that shares the ink evenly is best."""
    cuts = [_cut((5, 7), 5.0, 0.2, 0.1), _cut((5, 7), 4.9, 0.5, 0.1), _cut((5, 1), 4.8, 0.5, 0.0)]
    assert best_cut(cuts) is cuts[1]


def test_a_reading_that_others_contest_is_less_likely() -> None:
    """Two cuts that differ only in their lead over other readings have different odds."""
    assert _cut((5, 7), 4.0, 0.4, 0.2).odds < _cut((5, 7), 4.0, 0.4, 1.2).odds


def test_the_digits_that_stand_apart_are_counted(bundle: Path) -> None:
    """What may be two digits knows how many others of the page are surely one."""
    reader = Reader(bundle)
    wide = Shape(Box(0, 0, 80, 60), np.ones((60, 80), np.bool_), np.zeros((60, 80), np.bool_))
    alone = Shape(Box(200, 0, 10, 60), np.ones((60, 10), np.bool_), np.zeros((60, 10), np.bool_))
    unsure, other = answer_images(np.zeros((2, 28, 28), np.uint8), reader)
    placed = [PlacedDigit(wide.box, unsure), PlacedDigit(alone.box, other)]
    found = may_touch([wide, alone], placed, SteadyReader(reader))
    assert [each and each.apart for each in found] == [1, None]


def test_what_is_low_beside_other_digits_is_one(bundle: Path) -> None:
    """A broad shape half as high as the other digits of the page is no two of them."""
    reader = Reader(bundle)
    shapes = [
        Shape(Box(left, 0, 80, height), np.ones((height, 80), np.bool_), np.zeros((height, 80), np.bool_))
        for left, height in ((0, 80), (100, 80), (200, 40))
    ]
    answers = answer_images(np.zeros((3, 28, 28), np.uint8), reader)
    placed = [PlacedDigit(shape.box, found) for shape, found in zip(shapes, answers, strict=True)]
    found = may_touch(shapes, placed, SteadyReader(reader))
    assert [each is not None for each in found] == [True, True, False]


def test_seams_pass_between_two_digits() -> None:
    """Some path cuts two discs that touch into two equal parts."""
    mask = np.zeros((80, 140), np.uint8)
    for column in (32, 108):
        cv2.circle(mask, (column, 40), 34, (1,), 6)
    shares = [np.count_nonzero(left) / np.count_nonzero(mask) for left, _ in find_seams(mask > 0)]
    assert min(abs(share - 0.5) for share in shares) < 0.02


def test_some_seams_are_straight() -> None:
    """Two leaning bars that touch in their lower half are cut apart between them."""
    rows, columns = np.mgrid[:80, :80]
    place = columns - 0.4 * (79 - rows)
    left, right = (place >= 8) & (place < 24), (place >= 24 + 4 * (rows < 40)) & (place < 40)
    wrong = [np.count_nonzero(part ^ left) for part, _ in find_seams(left | right)]
    assert min(wrong) < 0.05 * np.count_nonzero(left | right)
