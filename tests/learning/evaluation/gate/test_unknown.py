"""The gate fails closed: figures that are unknown are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from learning.evaluation.gate import judge
from learning.evaluation.metrics import SCALARS, Figures
from schemas.settings.gate import Gate
from tests.learning.evaluation.gate.evidence import NOTHING, PERFECT, TEN, judge_one, make_evidence


@pytest.mark.parametrize("name", SCALARS)
@pytest.mark.parametrize("on", ["point", "lower", "upper"])
@pytest.mark.parametrize("bound", [{"at_least": 0}, {"at_most": 1}])
def test_without_pictures_no_rule_is_met(name: str, on: str, bound: dict[str, float]) -> None:
    """Without pictures no figure is a number, and even the lowest bound is missed."""
    result = judge_one({name: {**bound, "on": on}}, NOTHING)
    assert (result.passed, result.actual) == (False, None)
    assert "not a number" in result.reason


@pytest.mark.parametrize("of", ["all", "per_class", "per_digit"])
@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_a_digit_without_figures_fails_the_rule(name: str, of: str) -> None:
    """If a digit is neither shown nor read, rules on it and on the mean of all digits fail."""
    result = judge_one({name: {"at_least": 0, "of": of}}, make_evidence(TEN[:9], TEN[:9]))
    assert (result.passed, result.actual) == (False, None)
    assert of == "all" or result.reason.startswith(f"{name} of {of[4:]} 9 is not a number")


@pytest.mark.parametrize("metric", ["robustness", "refusals"])
@pytest.mark.parametrize("kind", ["shadow", "noise", "per_kind"])
def test_a_kind_that_was_not_measured_fails_the_rule(metric: str, kind: str) -> None:
    """A rule on a kind of picture that was not measured fails and says so."""
    result = judge_one({metric: {kind: {"at_least": 0}}}, PERFECT)
    assert not result.passed
    assert "was not measured" in result.reason


def test_nan_probabilities_fail_the_rules() -> None:
    """A model that answers NaN fails rules on its log loss and its calibration error."""
    figures = Figures(np.zeros(5, np.int32), np.full((5, 10), np.nan, np.float32), np.zeros(5, bool), seed=0)
    evidence = replace(PERFECT, figures=figures)
    gate = Gate.model_validate({name: {"at_most": 1} for name in ("log_loss", "calibration_error")})
    assert [result.passed for result in judge(gate, evidence)] == [False, False]


def test_an_empty_gate_has_no_results() -> None:
    """A gate without rules judges nothing."""
    assert judge(Gate(), PERFECT) == []
