"""The rule on the champion: no comparison, other classes, not worse, better."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from learning.evaluation.comparison import compare, mcnemar
from learning.evaluation.gate import Evidence, judge
from schemas.settings.gate import Gate
from tests.learning.evaluation.gate.evidence import NOTHING, PERFECT, TEN, compared, judge_one
from tests.samples import make_split


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
