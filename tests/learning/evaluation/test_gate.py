"""The gate decides on evidence, explains what is lacking, and fails closed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from learning.evaluation.comparison import compare, mcnemar
from learning.evaluation.gate import Evidence, judge
from learning.evaluation.intervals import wilson
from learning.evaluation.metrics import SCALARS, Figures
from learning.evaluation.orientation import Lie
from schemas.artifacts.evaluation import Tried
from schemas.artifacts.examples import Split
from schemas.artifacts.rule_result import RuleResult
from schemas.settings.gate import Gate
from tests.samples import make_split

TEN = list(range(10))


def make_evidence(labels: list[int], read: list[int], tags: dict[str, list[str]] | None = None) -> Evidence:
    """Return the evidence of a model that reads these pictures as *read*, each with a probability of 0.91."""
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
    """Return the evidence of a model that misreads *wrong* of *count* pictures, spread over the digits."""
    labels = [i % 10 for i in range(count)]
    return make_evidence(labels, [(label + (i < wrong)) % 10 for i, label in enumerate(labels)])


def judge_one(gate: dict[str, Any], evidence: Evidence) -> RuleResult:
    """Judge evidence by a gate of one rule."""
    [result] = judge(Gate.model_validate(gate), evidence)
    return result


PERFECT = misread(1000, 0)
NOTHING = make_evidence([], [])


# Unknown figures are refused.


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


# Bounds.


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


# Digits, kinds and slices.


def test_each_digit_is_judged_separately() -> None:
    """Every failing digit is named, and the result shows the figures of the worst."""
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
def test_each_kind_is_judged_separately(rule: dict[str, Any], failing: list[str]) -> None:
    """Each kind is judged by its own share, with Wilson's interval of its own pictures."""
    assert judge_one({"robustness": rule}, replace(PERFECT, robustness=TRIED)).failing == failing


def tagged() -> Evidence:
    """Return 200 pictures: 37 tagged night with 10 misread, 100 tagged day, and 63 untagged."""
    labels = [i % 10 for i in range(200)]
    read = [(label + (i < 10)) % 10 for i, label in enumerate(labels)]
    return make_evidence(labels, read, {"light": ["night"] * 37 + ["day"] * 100 + [""] * 63})


def slices(**rule: Any) -> dict[str, Any]:  # noqa: ANN401  (as in YAML)
    """Return a gate of one rule on slices."""
    return {"slices": [{"at_least": 0.9, **rule}]}


def test_a_slice_with_too_few_pictures_is_refused() -> None:
    """A slice below the minimum is refused by its count."""
    result = judge_one(slices(column="light"), tagged())
    assert (result.passed, result.failing, result.count) == (False, ["night"], 37)
    assert result.reason == "light night: not enough examples (37 of 100)"


def test_a_slice_with_too_few_pictures_can_be_allowed() -> None:
    """With too_few: allow the rule passes, and its note says that there are too few."""
    result = judge_one(slices(column="light", too_few="allow"), tagged())
    assert (result.passed, result.note) == (True, "light night: not enough examples (37 of 100)")


def test_a_slice_below_its_bound_is_refused() -> None:
    """A slice with enough pictures must meet the bound on its own."""
    result = judge_one(slices(column="light", minimum=37), tagged())
    assert (result.passed, result.part, result.failing) == (False, "night", ["night"])
    assert result.reason.startswith("accuracy of light night 0.7297 < 0.9")


def test_an_empty_slice_is_refused() -> None:
    """A value that no picture has is a slice of 0 pictures, which is too few."""
    result = judge_one(slices(column="light", values=["dusk"], minimum=1), tagged())
    assert (result.passed, result.reason) == (False, "light dusk: not enough examples (0 of 1)")


@pytest.mark.parametrize("too_few", ["refuse", "allow"])
def test_an_unknown_column_is_refused(too_few: str) -> None:
    """A rule on an unknown column is refused and names the known ones, even with too_few: allow."""
    result = judge_one(slices(column="weather", too_few=too_few), tagged())
    assert (result.passed, result.reason) == (False, "there is no column weather; the columns are digit, source, light")


def test_a_column_without_values_is_refused() -> None:
    """A rule on a column in which no picture has a value is refused."""
    result = judge_one(slices(column="light"), make_evidence(TEN, TEN, {"light": [""] * 10}))
    assert (result.passed, result.reason) == (False, "no picture has a value for light")


def test_every_slice_has_its_figure() -> None:
    """A result has every slice with figure, interval and count: judged ones, those of too few pictures, empty ones."""
    night, day, dusk = judge_one(slices(column="light", values=["night", "day", "dusk"]), tagged()).slices
    assert (night.column, night.value, night.metric, night.count) == ("light", "night", "accuracy", 37)
    assert night.figure == pytest.approx(27 / 37)
    assert night.interval == pytest.approx(wilson(27, 37, 0.95))
    assert (day.figure, day.count) == (1, 100)
    assert (dusk.figure, dusk.interval, dusk.count) == (None, None, 0)


def test_one_source_is_one_slice() -> None:
    """With a single source, a rule by source has one slice."""
    assert judge_one(slices(column="source"), PERFECT).passed


def test_digits_are_slices_too() -> None:
    """Each digit is a slice of the column `digit`, with a minimum."""
    assert judge_one(slices(column="digit", minimum=100), PERFECT).passed
    assert judge_one(slices(column="digit", minimum=101), PERFECT).failing == list("0123456789")


@pytest.mark.parametrize("of", ["per_class", "per_digit"])
def test_a_rule_on_each_class_names_the_class(of: str) -> None:
    """Both names judge each class, and the reason calls it what the rule does."""
    evidence = make_evidence(TEN * 10, [1, *TEN[1:]] * 10)
    result = judge_one({"recall": {"at_least": 0.9, "of": of}}, evidence)
    assert (result.of, result.part) == (of, "0")
    assert result.reason.startswith(f"recall of {of[4:]} 0 0 < 0.9")


def test_a_rule_per_digit_on_letters_is_one_per_class() -> None:
    """If the classes are letters, `per_digit` judges each class and says so."""
    found = make_evidence(TEN * 10, [1, *TEN[1:]] * 10)
    letters = Split(found.split.images, found.split.labels, found.split.ids, tuple("abcdefghij"), {})
    result = judge_one({"recall": {"at_least": 0.9, "of": "per_digit"}}, replace(found, split=letters))
    assert (result.of, result.reason[:19]) == ("per_class", "recall of class a 0")


# The champion.


def compared(wrong: int, champion_wrong: int, both: int = 0, count: int = 1000) -> Evidence:
    """Return the evidence of a model that alone misreads *wrong* pictures, and whose champion alone misreads others."""
    truth = make_split([1] * count)
    mine = ["0"] * (both + wrong) + ["1"] * (count - both - wrong)
    theirs = ["0"] * both + ["1"] * wrong + ["0"] * champion_wrong
    theirs += ["1"] * (count - len(theirs))
    found = compare(truth, mine, theirs, version="v0001-aaaaaaaa", content="a", seed=0)
    return replace(misread(count, 0), comparison=found)


@pytest.mark.parametrize(("first", "passed"), [("allow", True), ("refuse", False)])
def test_the_first_model_has_no_comparison(first: str, *, passed: bool) -> None:
    """Without a champion the rule says so, and passes only with first: allow."""
    result = judge_one({"champion": {"better": True, "first": first}}, PERFECT)
    assert (result.passed, result.actual) == (passed, None)
    assert (result.note if passed else result.reason) == "first model: no comparison"


def test_the_first_model_is_refused_by_default() -> None:
    """By default, a champion rule refuses a model that cannot be compared."""
    assert not judge_one({"champion": {"not_worse_by": 0.1}}, PERFECT).passed


def test_a_first_model_without_pictures_is_refused() -> None:
    """Without test pictures, even first: allow refuses the model."""
    result = judge_one({"champion": {"better": True, "first": "allow"}}, NOTHING)
    assert (result.passed, result.reason) == (False, "champion: there are no test pictures to compare on")


def of_other_classes(*classes: str) -> Evidence:
    """Return the evidence of a model whose champion has these classes."""
    truth = make_split(TEN)
    read = [str(digit) for digit in TEN]
    found = compare(truth, read, read, version="v0001-aaaaaaaa", content="a", seed=0, classes=classes)
    return replace(PERFECT, comparison=found)


@pytest.mark.parametrize("rule", [{"better": True}, {"not_worse_by": 0.9}])
def test_a_champion_of_other_classes_is_not_compared(rule: dict[str, Any]) -> None:
    """A model of other classes than the champion's is refused, whatever it reads, and the reason says what to set."""
    result = judge_one({"champion": rule}, of_other_classes("images"))
    assert (result.passed, result.actual) == (False, None)
    assert result.reason == (
        "the champion has other classes (new 0, 1, 2, 3, 4 and 5 more, gone images): there is nothing to compare, "
        "and it is not replaced without champion: {classes_changed: allow}"
    )


def test_other_classes_can_be_allowed() -> None:
    """With classes_changed: allow the rule passes without a comparison, and says so."""
    rule = {"not_worse_by": 0.002, "classes_changed": "allow"}
    result = judge_one({"champion": rule}, of_other_classes("cat", "dog"))
    assert (result.passed, result.without) == (True, "a comparison")
    assert result.note.startswith("the champion has other classes")


def test_a_gate_without_a_champion_rule_keeps_a_champion_of_other_classes() -> None:
    """A champion of other classes is not replaced without a word, even if no rule speaks of the champion."""
    results = judge(Gate.model_validate({"accuracy": {"at_least": 0.5}}), of_other_classes("cat", "dog"))
    assert [(each.metric, each.passed) for each in results] == [("accuracy", True), ("champion", False)]


@pytest.mark.parametrize("classes", [("cat", "dog"), tuple("0123456789")])
def test_classes_alone_can_be_allowed_to_change(classes: tuple[str, ...]) -> None:
    """A champion rule that allows other classes needs no comparison beside."""
    result = judge_one({"champion": {"classes_changed": "allow", "first": "allow"}}, of_other_classes(*classes))
    assert (result.passed, result.expected) == (True, "of any classes")


def test_the_order_of_the_classes_does_not_count() -> None:
    """A champion with the same classes in another order is compared."""
    assert judge_one({"champion": {"not_worse_by": 0.5}}, of_other_classes(*"9876543210")).actual == 0


# How the pictures lie.


def lying(orientation: str, share: float, best: float, *, dark: bool = False) -> Evidence:
    """Return the evidence of a model whose test pictures lie like this."""
    return replace(PERFECT, lie=Lie(orientation, dark, share, best, 1000))


def test_transposed_pictures_are_refused() -> None:
    """If far more can be read of the transposed pictures, the model is refused, and the reason says what to set."""
    result = judge_one({"orientation": {"at_most": 0.1}}, lying("transposed", 0.17, 0.76))
    assert (result.passed, result.part, round(result.actual or 0, 2)) == (False, "transposed", 0.59)
    assert result.reason == (
        "upright, 17% of the test pictures can be read; taken as transposed, 76%: "
        "set orientation: transposed on their source in ingest"
    )


def test_upright_pictures_meet_the_rule() -> None:
    """Pictures that lie as they should have an orientation of 0."""
    result = judge_one({"orientation": {"at_most": 0.1}}, lying("upright", 0.8, 0.8))
    assert (result.passed, result.actual, result.part, result.without) == (True, 0, "", "")


def test_pictures_that_nothing_can_tell_pass_without_a_measurement() -> None:
    """Without upright pictures to compare with, the rule passes and does not count as met."""
    result = judge_one({"orientation": {"at_most": 0.1}}, PERFECT)
    assert (result.passed, result.actual, result.without) == (True, None, "a measurement")


@pytest.mark.parametrize("same", [0, 3, 20])
@pytest.mark.parametrize("rule", [{"better": True}, {"better": True, "confidence": 0.6}])
def test_an_equal_model_is_not_better(same: int, rule: dict[str, Any]) -> None:
    """A model that reads as many pictures right as the champion is not better."""
    assert not judge_one({"champion": rule}, compared(same, same)).passed


@pytest.mark.parametrize(("gained", "lost", "passed"), [(6, 0, True), (5, 0, False), (20, 6, True), (16, 8, False)])
def test_better_needs_more_than_chance(gained: int, lost: int, *, passed: bool) -> None:
    """`better` needs an exact McNemar test with p < 0.05: 6 gained and none lost pass, 5 do not."""
    assert (mcnemar(gained, lost) < 0.05) is passed
    assert judge_one({"champion": {"better": True}}, compared(lost, gained)).passed is passed


def test_a_worse_model_is_never_better() -> None:
    """A significant difference in the wrong direction does not meet `better`."""
    assert not judge_one({"champion": {"better": True}}, compared(30, 0)).passed


@pytest.mark.parametrize(("wrong", "count", "passed"), [(4, 1000, False), (4, 10_000, True), (60, 10_000, False)])
def test_not_worse_needs_evidence(wrong: int, count: int, *, passed: bool) -> None:
    """With as many pictures lost as gained, a margin of 0.002 is met only if there are enough pictures."""
    result = judge_one({"champion": {"not_worse_by": 0.002}}, compared(wrong, wrong, count=count))
    assert result.passed is passed
    assert result.note == ("" if passed else f"{count:,} pictures are too few to tell")


def test_a_better_model_is_not_worse() -> None:
    """A clearly better model meets any margin."""
    assert judge_one({"champion": {"not_worse_by": 0.001}}, compared(0, 20)).passed


def test_a_worse_model_is_refused_with_reasons() -> None:
    """The reason states the difference, its bound, the changed pictures, and how many more must be right."""
    result = judge_one({"champion": {"not_worse_by": 0.002}}, compared(24, 4))
    assert result.reason.startswith("accuracy less the champion's -0.0200, 95 % lower bound -0.03")
    assert "; 4 of 1,000 pictures better, 24 worse; " in result.reason
    assert result.reason.endswith("more correct needed")


@pytest.mark.parametrize("rule", [{"not_worse_by": 0.002}, {"better": True}])
@pytest.mark.parametrize(("wrong", "gained"), [(24, 4), (3, 3), (60, 0)])
def test_the_shortfall_of_the_champion_rule_is_exact(rule: dict[str, Any], wrong: int, gained: int) -> None:
    """With *more* pictures right the rule is met, and with one fewer it is not."""
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
    results = judge(gate, replace(PERFECT, comparison=compared(0, 9).comparison))
    assert [(result.metric, result.of) for result in results] == [
        ("accuracy", "all"),
        ("log_loss", "all"),
        ("accuracy", "digit"),
        ("champion", ""),
    ]
