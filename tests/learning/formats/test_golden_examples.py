"""Golden examples are test pictures whose digit no machine disputes."""

from __future__ import annotations

import numpy as np

from learning.formats.golden_examples import choose_golden
from learning.formats.parity import Proven
from tests.samples import make_split

SURE, CLOSE = [4.0, 0.0], [0.001, 0.0]
"""Logits that are clear, and logits of two nearly equal classes."""


def digits(*answers: tuple[int, list[float], bool]) -> list[str]:
    """Return the digits chosen from pictures of a label, logits for the classes 0 and 1, and whether formats agree."""
    labels, logits, same = zip(*answers, strict=True)
    proven = Proven(np.array(logits, np.float32), np.array(same))
    return [each.digit for each in choose_golden(make_split(labels, ("0", "1")), proven, 1.0).examples]


def test_the_first_two_of_each_class_are_chosen() -> None:
    """Of three clear pictures of each class the first two are golden, in the order of the classes."""
    ones, zeros = (1, SURE[::-1], True), (0, SURE, True)
    assert digits(ones, ones, ones, zeros, zeros, zeros) == ["0", "0", "1", "1"]


def test_other_pictures_are_not_chosen() -> None:
    """A misread picture, one between two classes and one that a format reads otherwise are not golden."""
    assert digits((1, SURE, True), (0, CLOSE, True), (0, SURE, False)) == []


def test_picture_and_probabilities_are_kept() -> None:
    """A golden example has the pixels and the calibrated probabilities of its picture."""
    split = make_split([0], ("0", "1"))
    golden = choose_golden(split, Proven(np.array([SURE], np.float32), np.array([True])), 2.0)
    np.testing.assert_array_equal(golden.images, split.images)
    np.testing.assert_allclose(golden.probabilities, [[0.880797, 0.119203]], atol=1e-6)
