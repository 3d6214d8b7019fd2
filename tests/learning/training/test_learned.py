"""A training that learned nothing is told from one that learned a little."""

from __future__ import annotations

import math

import numpy as np
import pytest

from learning.training.learned import why_untrained
from schemas.artifacts.model import Round

EVEN = np.arange(1000, dtype=np.int32) % 10
UNEVEN = (np.arange(1000) >= 900).astype(np.int32)
"""Nine in ten of the first class."""


def best(accuracy: float, loss: float) -> Round:
    """Return the figures of a best round."""
    return Round(step=1, loss=loss, accuracy=accuracy, validation_loss=loss, validation_accuracy=accuracy)


@pytest.mark.parametrize(("accuracy", "loss"), [(0.1, math.log(10)), (0.12, 2.31), (0.08, 14.0)])
def test_chance_is_told(accuracy: float, loss: float) -> None:
    """At the loss and the accuracy of chance, the reason gives both with what chance reaches."""
    why = why_untrained(best(accuracy, loss), EVEN)
    assert "where one answer to all pictures reaches 0.1000" in why
    assert "alone give 2.3026" in why


@pytest.mark.parametrize(("accuracy", "loss"), [(0.2, 2.29), (0.11, 2.1), (0.99, 0.03)])
def test_a_little_is_enough(accuracy: float, loss: float) -> None:
    """A network that reads more than chance, or whose loss is lower, learned something."""
    assert why_untrained(best(accuracy, loss), EVEN) == ""


def test_the_commonest_class_is_no_achievement() -> None:
    """Of unequal classes, the share of the commonest is chance."""
    assert why_untrained(best(0.9, 0.33), UNEVEN)
    assert why_untrained(best(0.95, 0.2), UNEVEN) == ""


def test_balanced_classes_have_another_chance() -> None:
    """Where the classes count the same in the loss, chance is the logarithm of their number."""
    weights = np.array([1 / 1.8, 5], np.float32)
    assert why_untrained(best(0.8, 0.5), UNEVEN)
    assert why_untrained(best(0.8, 0.5), UNEVEN, weights) == ""
    assert why_untrained(best(0.8, 0.69), UNEVEN, weights)
