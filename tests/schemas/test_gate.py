"""The gate fails closed: whatever is missing, empty or not a number never passes."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from schemas.blessing import Verdict
from schemas.evaluation import DigitMetrics, Metrics
from schemas.gate import Rule, RuleResult, judge

ACCURACY = 0.9
RECALLS = {"0": 0.95, "1": 0.7, "2": 0.8}


def make_metrics(
    accuracy: float | None = ACCURACY, log_loss: float | None = 0.2, recalls: dict[str, float | None] | None = None
) -> Metrics:
    """Give metrics with these figures; every figure that is not named is 0.9."""
    digits = RECALLS if recalls is None else recalls
    return Metrics(
        split="test",
        count=30,
        accuracy=accuracy,
        precision=0.9,
        recall=0.9,
        f1=0.9,
        log_loss=log_loss,
        per_digit={name: DigitMetrics(count=10, precision=0.9, recall=value, f1=0.9) for name, value in digits.items()},
        confusion=[],
    )


def judge_one(name: str, rule: Rule, metrics: Metrics | None = None) -> RuleResult:
    """Hold one rule against metrics."""
    (result,) = judge({name: rule}, metrics or make_metrics())
    return result


def test_an_unknown_metric_does_not_pass() -> None:
    """A rule for a metric that does not exist refuses and names the nearest one."""
    result = judge_one("acuracy", Rule(at_least=0))
    assert (result.passed, result.reason) == (False, 'no metric acuracy: did you mean "accuracy"?')


def test_an_unknown_metric_like_none_lists_all() -> None:
    """A rule for a metric unlike any other names all there are."""
    result = judge_one("zzz", Rule(at_least=0))
    assert result.reason == (
        "no metric zzz: there are accuracy, precision, recall, f1, log_loss, "
        "calibration_error, coverage, answered_accuracy"
    )


def test_a_metric_that_no_digit_has_does_not_pass() -> None:
    """A rule for every digit on a metric that digits do not have refuses and names those they have."""
    result = judge_one("accuracy", Rule(at_least=0, of="every_digit"))
    expected = "no metric accuracy of every digit: there are precision, recall, f1"
    assert (result.passed, result.reason) == (False, expected)


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("rule", [Rule(at_least=-1e9), Rule(at_most=1e9)])
def test_what_is_not_a_number_does_not_pass(value: float | None, rule: Rule) -> None:
    """A metric that is None, NaN or infinite meets no bound and the reason says so."""
    result = judge_one("accuracy", rule, make_metrics(accuracy=value))
    expected = "accuracy is not a number: there are no examples to measure it on"
    assert (result.passed, result.reason) == (False, expected)


@pytest.mark.parametrize("value", [None, math.nan])
def test_what_is_not_a_number_is_recorded_as_none(value: float | None) -> None:
    """The actual value of a metric that is not a number is None."""
    assert judge_one("accuracy", Rule(at_least=0), make_metrics(accuracy=value)).actual is None


@pytest.mark.parametrize("value", [None, math.nan])
def test_one_digit_without_a_number_does_not_pass(value: float | None) -> None:
    """A rule for every digit refuses where one digit's figure is not a number, and names the digit."""
    metrics = make_metrics(recalls={"0": 0.9, "1": value})
    result = judge_one("recall", Rule(at_least=0, of="every_digit"), metrics)
    expected = "recall of digit 1 is not a number: there are no examples to measure it on"
    assert (result.passed, result.reason) == (False, expected)


@pytest.mark.parametrize("value", [None, math.nan])
def test_the_worst_digit_of_some_without_a_number_is_none(value: float | None) -> None:
    """There is no worst digit where one digit's figure is not a number."""
    metrics = make_metrics(recalls={"0": 0.9, "1": value, "2": 0.8})
    assert judge_one("recall", Rule(at_least=0, of="every_digit"), metrics).actual is None


def test_no_digits_at_all_do_not_pass() -> None:
    """A rule for every digit refuses where there is no digit."""
    result = judge_one("recall", Rule(at_least=0, of="every_digit"), make_metrics(recalls={}))
    assert (result.passed, result.reason) == (False, "recall: there is no digit to judge")


def test_below_at_least_does_not_pass() -> None:
    """A metric below the lower bound refuses and says by how much."""
    result = judge_one("accuracy", Rule(at_least=0.97))
    assert (result.passed, result.reason) == (False, "accuracy 0.9 < 0.97, short by 0.07")


def test_above_at_most_does_not_pass() -> None:
    """A metric above the upper bound refuses and says by how much."""
    result = judge_one("log_loss", Rule(at_most=0.05))
    assert (result.passed, result.reason) == (False, "log_loss 0.2 > 0.05, over by 0.15")


@pytest.mark.parametrize("rule", [Rule(at_least=0.95, at_most=1), Rule(at_least=0, at_most=0.85)])
def test_either_of_two_bounds_refuses(rule: Rule) -> None:
    """A metric outside either of two bounds does not pass."""
    assert not judge_one("accuracy", rule).passed


@pytest.mark.parametrize(
    "rule", [Rule(at_least=ACCURACY), Rule(at_most=ACCURACY), Rule(at_least=ACCURACY, at_most=ACCURACY)]
)
def test_exactly_the_bound_passes(rule: Rule) -> None:
    """A metric that equals its bound passes."""
    assert judge_one("accuracy", rule).passed


@pytest.mark.parametrize(
    "rule",
    [Rule(at_least=math.nextafter(ACCURACY, 1)), Rule(at_most=math.nextafter(ACCURACY, 0))],
)
def test_the_smallest_miss_does_not_pass(rule: Rule) -> None:
    """A metric that misses its bound by the least amount there is does not pass."""
    assert not judge_one("accuracy", rule).passed


def test_a_rule_that_is_met_gives_no_reason() -> None:
    """A rule that is met says what was expected and found, and no reason."""
    result = judge_one("accuracy", Rule(at_least=0.8, at_most=0.95))
    expected = RuleResult(
        metric="accuracy", of="all", expected=">= 0.8 and <= 0.95", actual=0.9, passed=True, reason=""
    )
    assert result == expected


def test_every_digit_names_the_failing_digits() -> None:
    """A rule for every digit names each digit that fails, and no other."""
    result = judge_one("recall", Rule(at_least=0.85, of="every_digit"))
    expected = "recall of digit 1 0.7 < 0.85, short by 0.15; recall of digit 2 0.8 < 0.85, short by 0.05"
    assert (result.passed, result.reason) == (False, expected)


@pytest.mark.parametrize(("rule", "worst"), [({"at_least": 0.85}, 0.7), ({"at_most": 0.75}, 0.95)])
def test_every_digit_shows_the_worst(rule: dict[str, float], worst: float) -> None:
    """The actual value of a rule for every digit is the one furthest on the wrong side."""
    assert judge_one("recall", Rule.model_validate({**rule, "of": "every_digit"})).actual == worst


def test_every_digit_passes_where_the_worst_does() -> None:
    """A rule for every digit passes where the worst digit equals the bound."""
    assert judge_one("recall", Rule(at_least=0.7, of="every_digit")).passed


def test_every_rule_is_judged_in_order() -> None:
    """There is one result a rule, in the order of the rules."""
    gate = {"log_loss": Rule(at_most=1), "accuracy": Rule(at_least=1), "f1": Rule(at_least=0)}
    results = judge(gate, make_metrics())
    assert [(result.metric, result.passed) for result in results] == [
        ("log_loss", True),
        ("accuracy", False),
        ("f1", True),
    ]


@pytest.mark.parametrize("value", [{}, {"of": "every_digit"}, {"at_least": None}])
def test_a_rule_without_a_bound_is_refused(value: dict[str, object]) -> None:
    """A rule that bounds nothing is refused at validation."""
    with pytest.raises(ValidationError, match="a rule needs at_least or at_most"):
        Rule.model_validate(value)


@pytest.mark.parametrize("bound", ["at_least", "at_most"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_bound_that_is_not_a_number_is_refused(bound: str, value: float) -> None:
    """A bound that is NaN or infinite is refused at validation."""
    with pytest.raises(ValidationError, match="finite number"):
        Rule.model_validate({bound: value})


def test_an_unknown_key_of_a_rule_is_refused() -> None:
    """A misspelt key is refused at validation, even beside a bound."""
    with pytest.raises(ValidationError, match="atleast"):
        Rule.model_validate({"at_most": 1, "atleast": 0.97})


def test_no_rules_bless_nothing() -> None:
    """A verdict without rules is a refusal, and says so."""
    verdict = Verdict.of(judge({}, make_metrics()), model="m", examples="e")
    assert (verdict.blessed, verdict.reasons) == (False, ["the gate has no rules: nothing can be blessed"])


def test_one_failing_rule_refuses() -> None:
    """A verdict refuses where one rule of several fails, and gives that rule's reason alone."""
    gate = {"accuracy": Rule(at_least=0.8), "log_loss": Rule(at_most=0.1)}
    verdict = Verdict.of(judge(gate, make_metrics()), model="m", examples="e")
    assert (verdict.blessed, verdict.reasons) == (False, ["log_loss 0.2 > 0.1, over by 0.1"])


def test_all_rules_met_bless() -> None:
    """A verdict blesses where every rule passes, and gives no reasons."""
    gate = {"accuracy": Rule(at_least=0.8), "log_loss": Rule(at_most=0.3)}
    verdict = Verdict.of(judge(gate, make_metrics()), model="m", examples="e")
    assert (verdict.blessed, verdict.reasons) == (True, [])
