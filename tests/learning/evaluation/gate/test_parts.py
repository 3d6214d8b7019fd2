"""Rules on each digit, each kind of picture and each slice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from learning.evaluation.gate import Evidence
from learning.evaluation.intervals import wilson
from schemas.artifacts.evaluation import Tried
from schemas.artifacts.examples import Split
from tests.learning.evaluation.gate.evidence import PERFECT, TEN, judge_one, make_evidence


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
