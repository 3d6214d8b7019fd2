"""Bounds on figures and on the ends of their intervals; a miss says what is lacking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from scipy.stats import binomtest

from learning.evaluation.gate import judge
from schemas.settings.gate import Gate
from tests.learning.evaluation.gate.evidence import PERFECT, compared, judge_one, make_evidence, misread


@pytest.mark.parametrize(("wrong", "passed"), [(20, True), (23, True), (24, False)])
def test_the_shipped_rule_needs_evidence(wrong: int, *, passed: bool) -> None:
    """The shipped rule judges the lower end of the 95 % interval: of 1,000 pictures, 23 may be misread and not 35."""
    result = judge_one({"accuracy": {"at_least": 0.965, "on": "lower"}}, misread(1000, wrong))
    low = binomtest(1000 - wrong, 1000).proportion_ci(0.95, method="wilson").low
    assert (result.passed, result.actual, result.count) == (passed, 1 - wrong / 1000, 1000)
    assert (result.bound, result.confidence) == (pytest.approx(low), 0.95)


@pytest.mark.parametrize(
    ("rule", "passed"),
    [
        ({"at_least": 0.9}, True),
        ({"at_least": 0.9, "at_most": 0.9}, True),
        ({"at_least": 0.900001}, False),
        ({"at_most": 0.899999}, False),
        ({"at_most": 0.92, "on": "upper"}, True),
        ({"at_most": 0.91, "on": "upper"}, False),
        ({"at_least": 0.879, "on": "lower"}, True),
        ({"at_least": 0.879, "on": "lower", "confidence": 0.9999}, False),
    ],
)
def test_a_bound_is_met_or_missed(rule: dict[str, Any], *, passed: bool) -> None:
    """With 900 of 1,000 read right, 0.9 itself passes, and a wider interval needs more."""
    assert judge_one({"accuracy": rule}, misread(1000, 100)).passed is passed


def test_a_miss_states_the_shortfall() -> None:
    """The reason states the figure, its bound, the shortfall, the pictures, and how many more must be right."""
    result = judge_one({"accuracy": {"at_least": 0.965, "on": "lower"}}, misread(1000, 32))
    assert result.reason == (
        "accuracy 0.968, 95 % lower bound 0.9552 < 0.965, short by 0.0098; 1,000 pictures; 9 more correct needed"
    )
    assert (result.shortfall, result.shortfall_pictures) == (pytest.approx(0.0098, abs=1e-4), 9)


@pytest.mark.parametrize("on", ["point", "lower"])
@pytest.mark.parametrize("count", [100, 1000, 5000])
def test_the_shortfall_in_pictures_is_exact(count: int, on: str) -> None:
    """With *more* pictures right the rule is met, and with one fewer it is not."""
    rule = {"accuracy": {"at_least": 0.9, "on": on}}
    wrong = count // 4
    more = judge_one(rule, misread(count, wrong)).shortfall_pictures
    assert more
    assert judge_one(rule, misread(count, wrong - more)).passed
    assert not judge_one(rule, misread(count, wrong - more + 1)).passed


def test_too_few_pictures_for_any_model_are_reported() -> None:
    """If even all pictures right would miss the bound, the reason says so and no shortfall in pictures is given."""
    result = judge_one({"accuracy": {"at_least": 0.99, "on": "lower"}}, misread(100, 10))
    assert result.shortfall_pictures is None
    assert result.reason.endswith("100 pictures; too few pictures: even all of them right would not be enough")


@pytest.mark.parametrize(
    "rule",
    [
        {"f1": {"at_least": 0.999, "on": "lower"}},
        {"precision": {"at_least": 0.999, "on": "lower"}},
        {"recall": {"at_least": 0.999, "on": "lower"}},
        {"f1": {"at_least": 0.999, "on": "lower", "of": "per_digit"}},
        {"log_loss": {"at_most": 0.15, "on": "upper"}},
        {"calibration_error": {"at_most": 0.12, "on": "upper", "confidence": 0.999}},
    ],
)
def test_36_right_pictures_are_not_enough_evidence(rule: dict[str, Any]) -> None:
    """A model that reads all of 36 pictures misses a rule that asks for evidence: there are too few pictures."""
    result = judge_one(rule, misread(36, 0))
    assert not result.passed
    assert "too few pictures" in result.reason
    assert "too few pictures" in result.note


def test_the_shortfall_of_a_precision_counts_misreadings() -> None:
    """The shortfall of a precision counts misreadings: with 9 of 20 gone, 100 of 111 readings are right."""
    labels = [3] * 100 + [5] * 120
    read = [3] * 100 + [3] * 20 + [5] * 100
    result = judge_one({"precision": {"at_least": 0.9, "of": "per_digit"}}, make_evidence(labels, read))
    assert (
        "precision of digit 3 0.8333 < 0.9, short by 0.067; 120 pictures; 9 pictures fewer may be misread as 3"
        in result.reason
    )


@pytest.mark.parametrize("name", ["f1", "log_loss", "calibration_error"])
def test_other_figures_have_a_bootstrap_interval(name: str) -> None:
    """A figure that is not a share has a seeded interval around it, and no shortfall in pictures."""
    evidence = misread(1000, 50)
    lower, upper = (judge_one({name: {"at_most": 0, "on": on}}, evidence) for on in ("lower", "upper"))
    assert lower.bound is not None
    assert upper.bound is not None
    assert lower.actual is not None
    assert lower.bound < lower.actual < upper.bound
    assert lower.shortfall_pictures is None
    assert judge_one({name: {"at_most": 0, "on": "lower"}}, misread(1000, 50)) == lower


def test_parameters_are_counted() -> None:
    """A network passes with as many parameters as allowed and is refused with more."""
    assert judge_one({"parameters": {"at_most": 1234}}, PERFECT).passed
    result = judge_one({"parameters": {"at_most": 1000}}, PERFECT)
    assert (result.passed, result.reason, result.shortfall) == (False, "parameters 1,234: expected <= 1000", 234)


def test_every_rule_is_judged_in_order() -> None:
    """There is one result a rule, in the order of the gate's settings, the champion last."""
    gate = Gate.model_validate(
        {
            "champion": {"better": True},
            "slices": [{"column": "digit", "at_least": 0.9}],
            "log_loss": {"at_most": 1},
            "accuracy": {"at_least": 0.9},
        }
    )
    results = judge(gate, replace(PERFECT, comparison=compared(0, 9).comparison))
    assert [(result.metric, result.of) for result in results] == [
        ("accuracy", "all"),
        ("log_loss", "all"),
        ("accuracy", "digit"),
        ("champion", ""),
    ]
