"""Evidence counts in units that do not depend on the few pictures that set the least evidence of an answer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from inference.model.decision import USUAL, Decisions, decide
from schemas.artifacts.calibration import CalibrationRecord
from tests.samples import DIGITS

LOGITS = np.eye(10, dtype=np.float32)[[3]] * 5  # evidence 4.5


def decided(least: float) -> Decisions:
    """Decide with a temperature of 0.5 and a least evidence."""
    record = CalibrationRecord(
        count=1, temperature=0.5, error_before=0, error_after=0, least=least, floor=0.5, refused=0, saved={}
    )
    return decide(LOGITS, DIGITS, record)


def test_the_temperature_sets_the_unit() -> None:
    """With a low threshold the unit follows from the temperature alone."""
    found = [decided(least) for least in (0.2, 1.0)]
    assert [each.unit for each in found] == [pytest.approx(USUAL / 2)] * 2
    assert found[0].units(0) == pytest.approx(4.5 / (USUAL / 2))


def test_the_unit_is_at_least_the_threshold() -> None:
    """What is answered has an evidence of one unit or less only if the threshold is lower than a unit."""
    found = decided(4.0)
    assert found.unit == 4.0
    assert found.units(0) == pytest.approx(4.5 / 4)


def test_what_is_unlike_any_digit_is_so_first() -> None:
    """Below the threshold the evidence counts as infinite: no rule on marks gives another reason."""
    assert decided(5.0).units(0) == math.inf
