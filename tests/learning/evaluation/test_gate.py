"""The gate decides on evidence, says what is lacking, and fails closed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from learning.evaluation.comparison import compare, mcnemar
from learning.evaluation.gate import Evidence, judge
from learning.evaluation.metrics import SCALARS, Figures
from schemas.artifacts.comparison import Comparison
from schemas.artifacts.evaluation import Tried
from schemas.artifacts.examples import Split
from schemas.settings.gate import Gate, RuleResult
from tests.samples import make_split

TEN = list(range(10))


def make_evidence(labels: list[int], read: list[int], tags: dict[str, list[str]] | None = None) -> Evidence:
    """Give the evidence of a model that reads these pictures so, each with a probability of 0.91."""
    bare = make_split(labels)
    split = Split(bare.images, bare.labels, bare.ids, bare.classes, tags or {})
    probabilities = np.full((len(read), 10), 0.01, np.float32)
    probabilities[np.arange(len(read)), read] = 0.91
    figures = Figures(split.labels, probabilities, np.zeros(len(read), bool), seed=0)

    def values(column: str) -> list[str] | None:
        if column == "digit":
            return list(split.classes)
        return sorted({tag for tag in split.tags[column] if tag}) if column in split.tags else None

    return Evidence(figures, split, values, parameters=1234)


def misread(count: int, wrong: int) -> Evidence:
    """Give the evidence of a model that reads so many of so many pictures wrong, spread over the digits."""
    labels = [i % 10 for i in range(count)]
    return make_evidence(labels, [(label + (i < wrong)) % 10 for i, label in enumerate(labels)])


def judge_one(gate: dict[str, Any], evidence: Evidence) -> RuleResult:
    """Hold a gate of one rule against evidence."""
    [result] = judge(Gate.model_validate(gate), evidence)
    return result


PERFECT = misread(1000, 0)
NOTHING = make_evidence([], [])


# What cannot be known is refused.


@pytest.mark.parametrize("name", SCALARS)
@pytest.mark.parametrize("on", ["point", "lower", "upper"])
@pytest.mark.parametrize("bound", [{"at_least": 0}, {"at_most": 1}])
def test_no_pictures_meet_no_rule(name: str, on: str, bound: dict[str, float]) -> None:
    """Without pictures no figure is a number, and no rule is met, however low."""
    result = judge_one({name: {**bound, "on": on}}, NOTHING)
    assert (result.passed, result.actual) == (False, None)
    assert "not a number" in result.reason


@pytest.mark.parametrize("of", ["all", "per_digit"])
@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_a_digit_without_figures_meets_no_rule(name: str, of: str) -> None:
    """Where one digit is neither shown nor read there is no mean, and no figure of that digit."""
    result = judge_one({name: {"at_least": 0, "of": of}}, make_evidence(TEN[:9], TEN[:9]))
    assert (result.passed, result.actual) == (False, None)
    assert of == "all" or result.reason.startswith(f"{name} of digit 9 is not a number")


@pytest.mark.parametrize("metric", ["robustness", "refusals"])
@pytest.mark.parametrize("kind", ["shadow", "noise", "per_kind"])
def test_what_was_not_tried_meets_no_rule(metric: str, kind: str) -> None:
    """A kind of picture that was not tried is refused, and how to have it tried is said."""
    result = judge_one({metric: {kind: {"at_least": 0}}}, PERFECT)
    assert not result.passed
    assert "was not measured" in result.reason


def test_probabilities_that_are_no_numbers_meet_no_rule() -> None:
    """A model that answers NaN is refused on its log loss and its calibration error."""
    figures = Figures(np.zeros(5, np.int32), np.full((5, 10), np.nan, np.float32), np.zeros(5, bool), seed=0)
    evidence = replace(PERFECT, figures=figures)
    gate = Gate.model_validate({name: {"at_most": 1} for name in ("log_loss", "calibration_error")})
    assert [result.passed for result in judge(gate, evidence)] == [False, False]


def test_no_rules_give_no_results() -> None:
    """An empty gate judges nothing, which blesses nothing."""
    assert judge(Gate(), PERFECT) == []


# Bounds.


@pytest.mark.parametrize(("wrong", "passed"), [(20, True), (23, True), (24, False)])
def test_the_shipped_rule_needs_evidence(wrong: int, *, passed: bool) -> None:
    """The lower end of the 95 % interval is judged: of 1,000 pictures 23 may be misread, though 35 would be 0.965."""
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
    """Of 1,000 pictures 900 are read right: exactly the bound passes, and a wider interval needs more."""
    assert judge_one({"accuracy": rule}, misread(1000, 100)).passed is passed


def test_a_miss_is_said_with_what_is_lacking() -> None:
    """The reason has the figure, its bound, by how much it misses, the pictures, and how many more are needed."""
    result = judge_one({"accuracy": {"at_least": 0.965, "on": "lower"}}, misread(1000, 32))
    assert result.reason == (
        "accuracy 0.968, 95 % lower bound 0.9552 < 0.965, short by 0.0098; 1,000 pictures; 9 more correct needed"
    )
    assert (result.shortfall, result.shortfall_pictures) == (pytest.approx(0.0098, abs=1e-4), 9)


@pytest.mark.parametrize("on", ["point", "lower"])
@pytest.mark.parametrize("count", [100, 1000, 5000])
def test_the_shortfall_in_pictures_is_exact(count: int, on: str) -> None:
    """With so many more pictures right the rule is met, and with one less it is not."""
    rule = {"accuracy": {"at_least": 0.9, "on": on}}
    wrong = count // 4
    more = judge_one(rule, misread(count, wrong)).shortfall_pictures
    assert more
    assert judge_one(rule, misread(count, wrong - more)).passed
    assert not judge_one(rule, misread(count, wrong - more + 1)).passed


def test_too_few_pictures_for_any_model_are_said() -> None:
    """Where all pictures right would not meet the rule, no number of pictures is named."""
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
def test_36_right_pictures_are_no_evidence(rule: dict[str, Any]) -> None:
    """A model that reads all of 36 pictures meets no rule that asks for evidence, and is told that they are too few."""
    result = judge_one(rule, misread(36, 0))
    assert not result.passed
    assert "too few pictures" in result.reason
    assert "too few pictures" in result.note


def test_the_shortfall_of_a_precision_counts_misreadings() -> None:
    """Of 120 pictures read as 3 there are 100: with 9 misread as it less, 100 of 111 are 0.9."""
    labels = [3] * 100 + [5] * 120
    read = [3] * 100 + [3] * 20 + [5] * 100
    result = judge_one({"precision": {"at_least": 0.9, "of": "per_digit"}}, make_evidence(labels, read))
    assert (
        "precision of digit 3 0.8333 < 0.9, short by 0.067; 120 pictures; 9 pictures fewer may be misread as 3"
        in result.reason
    )


@pytest.mark.parametrize("name", ["f1", "log_loss", "calibration_error"])
def test_what_is_no_share_has_a_bootstrap_interval(name: str) -> None:
    """Other figures have a seeded interval round them, and no shortfall in pictures."""
    evidence = misread(1000, 50)
    lower, upper = (judge_one({name: {"at_most": 0, "on": on}}, evidence) for on in ("lower", "upper"))
    assert lower.bound is not None
    assert upper.bound is not None
    assert lower.actual is not None
    assert lower.bound < lower.actual < upper.bound
    assert lower.shortfall_pictures is None
    assert judge_one({name: {"at_most": 0, "on": "lower"}}, misread(1000, 50)) == lower


def test_parameters_are_counted() -> None:
    """A network with too many parameters is refused, and one with few enough is not."""
    assert judge_one({"parameters": {"at_most": 1234}}, PERFECT).passed
    result = judge_one({"parameters": {"at_most": 1000}}, PERFECT)
    assert (result.passed, result.reason, result.shortfall) == (False, "parameters 1,234: expected <= 1000", 234)


# Parts.


def test_each_digit_is_judged_alone() -> None:
    """Every failing digit is named, and the figures shown are of the worst."""
    labels = [i for i in TEN for _ in range(10)]
    read = [8 if label in {2, 5} and i % 10 < (4 if label == 2 else 2) else label for i, label in enumerate(labels)]
    result = judge_one({"recall": {"at_least": 0.9, "of": "per_digit"}}, make_evidence(labels, read))
    assert (result.passed, result.failing, result.part, result.actual) == (False, ["2", "5"], "2", 0.6)
    assert (result.count, result.shortfall_pictures) == (10, 3)


TRIED = {"shadow": Tried(right=40, count=50), "jpeg": Tried(right=50, count=50)}


@pytest.mark.parametrize(
    ("rule", "failing"),
    [
        ({"per_kind": {"at_least": 0.9}}, ["shadow"]),
        ({"per_kind": {"at_least": 0.95, "on": "lower"}}, ["shadow", "jpeg"]),
        ({"jpeg": {"at_least": 0.95}}, []),
        ({"shadow": {"at_least": 0.81}}, ["shadow"]),
    ],
)
def test_a_kind_is_judged_alone(rule: dict[str, Any], failing: list[str]) -> None:
    """One kind, or each of them, is judged by its own share, with Wilson's interval of its own pictures."""
    assert judge_one({"robustness": rule}, replace(PERFECT, robustness=TRIED)).failing == failing


def tagged() -> Evidence:
    """Give 200 pictures, 37 of them by night of which 10 are misread, 100 by day, the others untagged."""
    labels = [i % 10 for i in range(200)]
    read = [(label + (i < 10)) % 10 for i, label in enumerate(labels)]
    return make_evidence(labels, read, {"light": ["night"] * 37 + ["day"] * 100 + [""] * 63})


def slices(**rule: Any) -> dict[str, Any]:  # noqa: ANN401  (as in YAML)
    """Give a gate of one rule on slices."""
    return {"slices": [{"at_least": 0.9, **rule}]}


def test_a_slice_of_too_few_pictures_refuses() -> None:
    """Below the minimum a slice is not judged but refused, by its count."""
    result = judge_one(slices(column="light"), tagged())
    assert (result.passed, result.failing, result.count) == (False, ["night"], 37)
    assert result.reason == "light night: not enough examples (37 of 100)"


def test_a_slice_of_too_few_pictures_can_be_allowed() -> None:
    """Where that is allowed the rule passes, and says so visibly."""
    result = judge_one(slices(column="light", too_few="allow"), tagged())
    assert (result.passed, result.note) == (True, "light night: not enough examples (37 of 100)")


def test_a_slice_below_its_floor_refuses() -> None:
    """A slice with enough pictures is held against the floor by itself."""
    result = judge_one(slices(column="light", minimum=37), tagged())
    assert (result.passed, result.part, result.failing) == (False, "night", ["night"])
    assert result.reason.startswith("accuracy of light night 0.7297 < 0.9")


def test_a_slice_that_is_empty_refuses() -> None:
    """A value that no picture has is a slice of none, unless it is allowed."""
    result = judge_one(slices(column="light", values=["dusk"], minimum=1), tagged())
    assert (result.passed, result.reason) == (False, "light dusk: not enough examples (0 of 1)")


@pytest.mark.parametrize("too_few", ["refuse", "allow"])
def test_an_unknown_column_refuses(too_few: str) -> None:
    """A rule on a column that there is not refuses, and names those there are."""
    result = judge_one(slices(column="weather", too_few=too_few), tagged())
    assert (result.passed, result.reason) == (False, "there is no column weather; the columns are digit, source, light")


def test_a_column_without_a_value_refuses() -> None:
    """A rule on tags that no picture has judges nothing, and refuses."""
    result = judge_one(slices(column="light"), make_evidence(TEN, TEN, {"light": [""] * 10}))
    assert (result.passed, result.reason) == (False, "no picture has a value for light")


def test_one_source_is_one_slice() -> None:
    """A rule by source holds where there is only one."""
    assert judge_one(slices(column="source"), PERFECT).passed


def test_digits_are_slices_too() -> None:
    """Each digit is a slice of the column `digit`, with a minimum."""
    assert judge_one(slices(column="digit", minimum=100), PERFECT).passed
    assert judge_one(slices(column="digit", minimum=101), PERFECT).failing == list("0123456789")


# The champion.


def compared(wrong: int, champion_wrong: int, both: int = 0, count: int = 1000) -> Evidence:
    """Give the evidence of a model that alone misreads so many pictures, and a champion that alone misreads others."""
    truth = make_split([1] * count)
    mine = ["0"] * (both + wrong) + ["1"] * (count - both - wrong)
    theirs = ["0"] * both + ["1"] * wrong + ["0"] * champion_wrong
    theirs += ["1"] * (count - len(theirs))
    found = compare(truth, mine, theirs, version="v0001-aaaaaaaa", content="a", seed=0)
    return replace(misread(count, 0), comparison=found)


@pytest.mark.parametrize(("first", "passed"), [("allow", True), ("refuse", False)])
def test_the_first_model_has_no_comparison(first: str, *, passed: bool) -> None:
    """Without a champion the rule says so, visibly, and passes only where that is allowed."""
    result = judge_one({"champion": {"better": True, "first": first}}, PERFECT)
    assert (result.passed, result.actual) == (passed, None)
    assert (result.note if passed else result.reason) == "first model: no comparison"


def test_the_first_model_is_refused_by_default() -> None:
    """A rule that does not say otherwise refuses a model that cannot be compared."""
    assert not judge_one({"champion": {"not_worse_by": 0.1}}, PERFECT).passed


def test_a_first_model_without_pictures_is_refused() -> None:
    """Where there is nothing to compare on no model is the first."""
    result = judge_one({"champion": {"better": True, "first": "allow"}}, NOTHING)
    assert (result.passed, result.reason) == (False, "champion: there are no test pictures to compare on")


@pytest.mark.parametrize("same", [0, 3, 20])
@pytest.mark.parametrize("rule", [{"better": True}, {"better": True, "confidence": 0.6}])
def test_equal_models_are_not_told_apart(same: int, rule: dict[str, Any]) -> None:
    """A model that reads as many pictures right as the champion is not better, the same pictures or others."""
    assert not judge_one({"champion": rule}, compared(same, same)).passed


@pytest.mark.parametrize(("gained", "lost", "passed"), [(6, 0, True), (5, 0, False), (20, 6, True), (16, 8, False)])
def test_better_needs_more_than_chance(gained: int, lost: int, *, passed: bool) -> None:
    """`better` is met where the exact McNemar test has p < 0.05: 6 gained for none lost, but not 5."""
    assert (mcnemar(gained, lost) < 0.05) is passed
    assert judge_one({"champion": {"better": True}}, compared(lost, gained)).passed is passed


def test_a_worse_model_is_never_better() -> None:
    """A difference that is no chance, but the wrong way round, does not meet `better`."""
    assert not judge_one({"champion": {"better": True}}, compared(30, 0)).passed


@pytest.mark.parametrize(("wrong", "count", "passed"), [(4, 1000, False), (4, 10_000, True), (60, 10_000, False)])
def test_not_worse_needs_evidence(wrong: int, count: int, *, passed: bool) -> None:
    """As many pictures lost as gained are within a margin of 0.002 where there are enough pictures."""
    result = judge_one({"champion": {"not_worse_by": 0.002}}, compared(wrong, wrong, count=count))
    assert result.passed is passed
    assert result.note == ("" if passed else f"{count:,} pictures are too few to tell")


def test_a_better_model_is_not_worse() -> None:
    """A model that reads clearly more pictures meets any margin."""
    assert judge_one({"champion": {"not_worse_by": 0.001}}, compared(0, 20)).passed


def test_a_worse_model_is_refused_and_told_why() -> None:
    """The reason has the difference, its bound, the pictures that changed, and how many more had to be right."""
    result = judge_one({"champion": {"not_worse_by": 0.002}}, compared(24, 4))
    assert result.reason.startswith("accuracy less the champion's -0.0200, 95 % lower bound -0.03")
    assert "; 4 of 1,000 pictures better, 24 worse; " in result.reason
    assert result.reason.endswith("more correct needed")


@pytest.mark.parametrize("rule", [{"not_worse_by": 0.002}, {"better": True}])
@pytest.mark.parametrize(("wrong", "gained"), [(24, 4), (3, 3), (60, 0)])
def test_so_many_more_pictures_meet_the_champion_rule(rule: dict[str, Any], wrong: int, gained: int) -> None:
    """With as many more pictures right as are said to lack the rule is met, and with one less it is not."""
    more = judge_one({"champion": rule}, compared(wrong, gained, both=50)).shortfall_pictures
    assert more
    for given, passed in ((more, True), (more - 1, False)):
        saved = min(given, wrong)
        evidence = compared(wrong - saved, gained + given - saved, both=50 - given + saved)
        assert judge_one({"champion": rule}, evidence).passed is passed


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
    results = judge(gate, replace(PERFECT, comparison=Comparison.model_validate(compared(0, 9).comparison)))
    assert [(result.metric, result.of) for result in results] == [
        ("accuracy", "all"),
        ("log_loss", "all"),
        ("accuracy", "digit"),
        ("champion", ""),
    ]
