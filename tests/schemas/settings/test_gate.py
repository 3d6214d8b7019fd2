"""A gate refuses meaningless rules before anything runs, and words its verdicts."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from schemas.artifacts.blessing import Verdict
from schemas.artifacts.rule_result import RuleResult, needed, tally
from schemas.settings.gate import ChampionRule, Gate, Rule, SliceRule


def make_result(*, passed: bool) -> RuleResult:
    """Return a result that passed or failed."""
    return RuleResult(metric="accuracy", expected=">= 0.97", actual=0.9, passed=passed, reason="" if passed else "low")


@pytest.mark.parametrize("value", [{}, {"on": "lower"}, {"at_least": None}])
def test_a_rule_without_a_bound_is_refused(value: dict[str, object]) -> None:
    """A rule without a bound is refused at validation."""
    with pytest.raises(ValidationError, match="a rule needs at_least or at_most"):
        Rule.model_validate(value)


def test_bounds_that_no_figure_meets_are_refused() -> None:
    """A lower bound above the upper one is refused at validation."""
    with pytest.raises(ValidationError, match=r"at_least 0\.9 is above at_most 0\.8"):
        Rule(at_least=0.9, at_most=0.8)


@pytest.mark.parametrize("bound", ["at_least", "at_most"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_bound_that_is_not_a_number_is_refused(bound: str, value: float) -> None:
    """A bound that is NaN or infinite is refused at validation."""
    with pytest.raises(ValidationError, match="finite number"):
        Rule.model_validate({bound: value})


@pytest.mark.parametrize("confidence", [0, 0.5, 1, 95])
def test_an_invalid_confidence_is_refused(confidence: float) -> None:
    """A confidence must lie between one half and 1."""
    with pytest.raises(ValidationError, match="confidence"):
        Rule(at_least=0.9, on="lower", confidence=confidence)


@pytest.mark.parametrize(
    "gate",
    [
        {"accuracy": {"at_least": 97}},
        {"recall": {"at_least": 1.2, "of": "per_digit"}},
        {"calibration_error": {"at_most": -0.1}},
        {"robustness": {"shadow": {"at_least": 1.2}}},
        {"slices": [{"column": "digit", "at_least": 97}]},
        {"log_loss": {"at_most": -1}},
    ],
)
def test_a_bound_outside_the_range_is_refused(gate: dict[str, object]) -> None:
    """A bound on a share must lie between 0 and 1, and one on a loss must not be negative."""
    with pytest.raises(ValidationError, match=r"equal to|a share, from 0 to 1"):
        Gate.model_validate(gate)


def test_a_slice_may_be_judged_by_its_loss() -> None:
    """A bound on a loss may exceed 1."""
    assert SliceRule(column="digit", metric="log_loss", at_most=2).at_most == 2


def test_an_unknown_key_of_a_rule_is_refused() -> None:
    """A misspelt key is refused at validation, even next to a bound."""
    with pytest.raises(ValidationError, match="atleast"):
        Rule.model_validate({"at_most": 1, "atleast": 0.97})


@pytest.mark.parametrize("gate", [{"acuracy": {"at_least": 0.9}}, {"latency": {"at_most": 1}}, {"champion": {}}])
def test_an_unknown_rule_is_refused(gate: dict[str, object]) -> None:
    """A rule on an unknown metric, or without content, is refused at validation."""
    with pytest.raises(ValidationError):
        Gate.model_validate(gate)


@pytest.mark.parametrize("metric", ["accuracy", "log_loss", "coverage"])
def test_per_digit_needs_a_metric_of_digits(metric: str) -> None:
    """`of: per_digit` is refused for a metric that digits do not have."""
    with pytest.raises(ValidationError, match="of"):
        Gate.model_validate({metric: {"at_least": 0.9, "of": "per_digit"}})


@pytest.mark.parametrize("value", [{}, {"first": "allow"}, {"better": True, "not_worse_by": 0.1}])
def test_a_champion_rule_asks_one_thing(value: dict[str, object]) -> None:
    """A champion rule needs either a margin or `better`."""
    with pytest.raises(ValidationError, match="either not_worse_by or better"):
        ChampionRule.model_validate(value)


@pytest.mark.parametrize("margin", [0, -0.1, 1])
def test_a_margin_is_positive(margin: float) -> None:
    """A margin must lie between 0 and 1."""
    with pytest.raises(ValidationError, match="not_worse_by"):
        ChampionRule(not_worse_by=margin)


def test_a_slice_needs_a_column() -> None:
    """A rule on slices must name its column."""
    with pytest.raises(ValidationError, match="column"):
        SliceRule.model_validate({"at_least": 0.9})


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(at_least=0.8, at_most=0.95), ">= 0.8 and <= 0.95"),
        (Rule(at_least=0.965, on="lower"), "lower >= 0.965"),
        (ChampionRule(not_worse_by=0.002), "not worse by 0.002"),
        (ChampionRule(better=True, confidence=0.99), "better, p < 0.01"),
    ],
)
def test_a_rule_has_words(rule: Rule | ChampionRule, words: str) -> None:
    """The words of a rule state its bounds."""
    assert rule.words == words


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("accuracy", "1,700 more correct needed"),
        ("refusals", "1,700 more refused needed"),
        ("precision", "1,700 pictures fewer may be misread as 4"),
    ],
)
def test_the_shortfall_is_worded_for_its_metric(metric: str, words: str) -> None:
    """A shortfall in pictures is worded for its metric."""
    assert needed(metric, 1700, "4") == words


def test_a_verdict_without_rules_is_a_refusal() -> None:
    """A verdict without rules refuses and says so."""
    verdict = Verdict.of([], model="m", examples="e", evaluation="v")
    assert (verdict.blessed, verdict.reasons) == (False, ["the gate has no rules: nothing can be blessed"])


@pytest.mark.parametrize(("second", "blessed", "reasons"), [(True, True, []), (False, False, ["low"])])
def test_one_failing_rule_refuses(*, second: bool, blessed: bool, reasons: list[str]) -> None:
    """A verdict blesses only if every rule passes, and otherwise holds the reasons of the failed ones."""
    rules = [make_result(passed=True), make_result(passed=second)]
    verdict = Verdict.of(rules, model="m", examples="e", evaluation="v")
    assert (verdict.blessed, verdict.reasons) == (blessed, reasons)


def test_rules_that_passed_unmeasured_are_counted_separately() -> None:
    """The tally separates rules met from those passed without a comparison or enough examples."""
    met, missed = make_result(passed=True), make_result(passed=False)
    champion = met.changed(metric="champion", note="first model: no comparison")
    part = met.changed(note="light night: not enough examples (37 of 100)")
    assert tally([met, met]) == "2 of 2 rules met"
    assert tally([met, champion]) == "1 of 2 rules met, 1 passed without a comparison"
    assert tally([champion, part, part]) == (
        "0 of 3 rules met, 1 passed without a comparison, 2 passed without enough examples"
    )
    assert tally([missed.changed(note="too few pictures to tell")]) == "0 of 1 rule met"
