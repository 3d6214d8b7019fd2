"""The verdict: what is blessed, and that a model that cannot be measured never is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from components.evaluate import EvaluateConfig
from components.sources.sample import read_sample
from learning.evaluation.orientation import TURNS
from schemas.artifacts.evaluation import Evaluation
from schemas.artifacts.model import Model
from schemas.errors import StageError
from schemas.manifest import hash_files
from tests.components.evaluate.stage import GREYS, LABELS, NOTHING, Evaluated, evaluate_split, greys_for, pictures
from tests.samples import DIGITS

pytestmark = pytest.mark.usefixtures("tensorflow_session")


def test_a_model_that_meets_every_rule_is_blessed(evaluated: Evaluated) -> None:
    """A model that meets every rule is blessed."""
    assert evaluated.blessing.verdict.blessed


def test_the_verdict_names_what_it_judged(evaluated: Evaluated) -> None:
    """The verdict holds the digests of the judged model, examples and evaluation."""
    verdict = evaluated.blessing.verdict
    assert (verdict.model, verdict.examples) == (evaluated.model.digest, evaluated.examples.digest)
    assert verdict.evaluation == Evaluation.content(evaluated.evaluation.path, hash_files(evaluated.evaluation.path))


@pytest.mark.parametrize(
    ("bound", "reasons"),
    [(0.75, []), (0.76, ["accuracy 0.75 < 0.76, short by 0.01; 20 pictures; 1 more correct needed"])],
    ids=["at", "above"],
)
def test_the_gate_decides_by_the_figures(model: Model, tmp_path: Path, bound: float, reasons: list[str]) -> None:
    """A model that reads 15 of 20 pictures meets an accuracy of 0.75, and misses only 0.76."""
    gate = {"accuracy": {"at_least": bound}, "recall": {"at_least": 0.5}}
    labels, read = [*range(10)] * 2, [*range(10), *range(5), 0, 0, 0, 0, 0]
    verdict = evaluate_split(tmp_path, model, pictures(labels, greys_for(read)), gate).blessing.verdict
    assert (verdict.blessed, verdict.reasons) == (not reasons, reasons)


def test_without_rules_nothing_is_blessed(model: Model, tmp_path: Path) -> None:
    """Without rules even a perfect model is not blessed."""
    evaluated = evaluate_split(tmp_path, model, pictures([*range(10)], greys_for([*range(10)])))
    assert (evaluated.metrics.accuracy, evaluated.blessing.verdict.blessed) == (1.0, False)


@pytest.mark.parametrize("of", ["all", "per_digit"])
def test_a_digit_without_pictures_is_not_blessed(model: Model, tmp_path: Path, of: str) -> None:
    """If a digit has no test pictures, even a perfect model misses every rule on recall."""
    gate = {"recall": {"at_least": 0, "of": of}}
    evaluated = evaluate_split(tmp_path, model, pictures([*range(9)], greys_for([*range(9)])), gate)
    assert (evaluated.blessing.path / "NOT_BLESSED").exists()


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "f1", "log_loss"])
@pytest.mark.parametrize("bound", ["at_least", "at_most"])
def test_an_empty_split_meets_no_rule(model: Model, tmp_path: Path, name: str, bound: str) -> None:
    """An empty test split meets no rule on any metric."""
    gate = {name: {bound: 0 if bound == "at_least" else 1}}
    assert not evaluate_split(tmp_path, model, NOTHING, gate).blessing.verdict.blessed


@pytest.mark.parametrize("classes", [tuple("1234567890"), tuple("012345678"), (*DIGITS, "x")])
def test_other_classes_are_refused(model: Model, tmp_path: Path, classes: tuple[str, ...]) -> None:
    """Examples with other classes than the model, or in another order, are a StageError."""
    with pytest.raises(StageError, match="have different classes"):
        evaluate_split(tmp_path, model, pictures([0, 1], greys_for([0, 1]), classes))


def test_the_worst_digits_and_confusions_are_named(model: Model, tmp_path: Path) -> None:
    """The verdict names the most misread digits and the most common confusions."""
    labels, read = [4] * 10 + [7] * 10 + [1] * 5, [9] * 3 + [4] * 7 + [1] * 6 + [2] + [7] * 3 + [1] * 5
    verdict = evaluate_split(tmp_path, model, pictures(labels, greys_for(read))).blessing.verdict
    assert [(each.digit, each.wrong, each.count) for each in verdict.worst_digits] == [("7", 7, 10), ("4", 3, 10)]
    assert [(each.digit, each.read, each.count) for each in verdict.worst_confusions] == [
        ("7", "1", 6),
        ("4", "9", 3),
        ("7", "2", 1),
    ]


@pytest.mark.parametrize("rule", ["robustness", "refusals"])
def test_an_unknown_kind_is_refused_before_anything_runs(rule: str) -> None:
    """A rule on an unknown kind of picture is refused at validation."""
    with pytest.raises(ValidationError, match=f"{rule} has no shadw"):
        EvaluateConfig.model_validate({"gate": {rule: {"shadw": {"at_least": 0.5}}}})


@pytest.mark.parametrize(("turn", "passed"), [("upright", True), ("transposed", False)])
def test_the_gate_sees_how_the_pictures_lie(model: Model, tmp_path: Path, turn: str, *, passed: bool) -> None:
    """Transposed digits are refused whatever the model reads in them."""
    sample = read_sample(0)["test"].take(np.arange(0, 1000, 4))
    split = replace(sample, images=np.ascontiguousarray(TURNS[turn](sample.images)))
    [rule] = evaluate_split(tmp_path, model, split, {"orientation": {"at_most": 0.1}}).blessing.verdict.rules
    assert (rule.passed, rule.part) == (passed, "" if passed else turn)


def test_a_rule_on_strangers_needs_strangers(tmp_path: Path, model: Model) -> None:
    """A rule on strangers fails if there are none."""
    gate = {"refusals": {"strangers": {"at_least": 0.1}}}
    evaluated = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), gate)
    assert not evaluated.blessing.verdict.blessed


def test_a_metric_of_ones_own_is_on_record_and_judged(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is among the figures, with its interval, and its rule is in the verdict."""
    text = "def misread(labels, probabilities):\n    return (probabilities.argmax(axis=1) != labels).mean()\n"
    (tmp_path / "metrics_to_evaluate.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    split, gate = pictures([3] * 40, greys_for([3] * 30 + [5] * 10)), {"metrics": {"misread": {"at_most": 0.2}}}
    done = evaluate_split(tmp_path, model, split, gate, metrics=("metrics_to_evaluate.misread",))
    low, high = done.metrics.intervals["misread"]
    assert (done.metrics.own, done.metrics.scalars()["misread"], low < 0.25 < high) == ({"misread": 0.25}, 0.25, True)
    assert done.blessing.verdict.reasons == ["misread 0.25 > 0.2, over by 0.05; 40 pictures"]
