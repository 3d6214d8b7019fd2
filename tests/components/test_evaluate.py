"""The figures equal scikit-learn's, and a model that cannot be measured is never blessed."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError
from scipy.special import softmax
from sklearn import metrics as sklearn_metrics

from components.evaluate import EvaluateConfig, evaluate
from components.sources.sample import read_sample
from learning.evaluation.orientation import TURNS
from schemas.artifacts.blessing import Blessing
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.comparison import Exposure
from schemas.artifacts.evaluation import Evaluation, Metrics
from schemas.artifacts.examples import PIXELS, SIDE, Examples, Split
from schemas.artifacts.model import Model
from schemas.artifacts.picture_set import PictureSet
from schemas.errors import InputError, StageError
from schemas.manifest import MANIFEST, hash_files
from schemas.settings.gate import Gate
from tests.samples import DIGITS, HISTORY, make_calibration, make_output, seal
from tests.sealed.project import BUNDLE

STRENGTH = 6.0
"""The logit of a class whose pixel is 255."""

Grey = NDArray[np.uint8]

pytestmark = pytest.mark.usefixtures("tensorflow_session")


@dataclass(frozen=True)
class Evaluated:
    """The inputs and outputs of the stage."""

    evaluation: Evaluation
    blessing: Blessing
    model: Model
    examples: Examples

    @property
    def metrics(self) -> Metrics:
        """The figures."""
        return self.evaluation.metrics


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Make a network whose logit of class k is pixel k of the first row, so that a picture fixes its reading."""
    import keras

    folder = tmp_path_factory.mktemp("model")
    inputs = keras.Input((SIDE, SIDE), dtype="uint8", name="images")
    flat = keras.layers.Flatten(name="flatten")(keras.layers.Rescaling(1 / 255, name="normalise")(inputs))
    network = keras.Model(inputs, keras.layers.Dense(len(DIGITS), name="logits")(flat))
    network.get_layer("logits").set_weights([np.eye(PIXELS, len(DIGITS)) * STRENGTH, np.zeros(len(DIGITS))])
    (folder / "model").mkdir()
    Model.write(folder / "model", network, DIGITS, HISTORY)
    return seal(Model, folder / "model")


def random_greys(count: int, seed: int = 0) -> Grey:
    """Draw a different pixel for each class of each picture."""
    random = np.random.default_rng(seed)
    return np.array([random.permutation(256)[: len(DIGITS)] for _ in range(count)], np.uint8).reshape(
        count, len(DIGITS)
    )


def greys_for(read: list[int]) -> Grey:
    """Return the pixels of pictures that are read as these classes."""
    return np.eye(len(DIGITS), dtype=np.uint8)[read] * 255


def pictures(labels: list[int], greys: Grey, classes: tuple[str, ...] = DIGITS) -> Split:
    """Return pictures with these labels and these pixels for each class."""
    images = np.zeros((len(labels), SIDE, SIDE), np.uint8)
    images[:, 0, : len(DIGITS)] = greys
    return Split(images, np.array(labels, np.int32), [f"id-{i:04}" for i in range(len(labels))], classes)


def evaluate_split(  # noqa: PLR0913, PLR0917  (the inputs of the stage)
    folder: Path,
    model: Model,
    split: Split,
    gate: dict[str, Any] | None = None,
    champion: Bundle | None = None,
    strangers: Examples | None = None,
    least: float = -1e9,
    metrics: tuple[str, ...] = (),
) -> Evaluated:
    """Run the stage on a test split."""
    (folder / "examples").mkdir(exist_ok=True)  # a test may have written other splits
    Examples.write(folder / "examples", "test", split)
    examples = seal(Examples, folder / "examples")
    evaluation, blessing = make_output(Evaluation, folder / "evaluation"), make_output(Blessing, folder / "blessing")
    calibration = make_calibration(folder / "calibration", least=least)
    config = EvaluateConfig(metrics=list(metrics), gate=Gate.model_validate(gate or {}), per_kind=0)
    evaluate(model, examples, calibration, evaluation, blessing, config, champion, strangers)
    return Evaluated(Evaluation(evaluation.path), Blessing(blessing.path), model, examples)


LABELS: list[int] = np.random.default_rng(1).integers(0, 10, 400).tolist()
GREYS = random_greys(len(LABELS))
PROBABILITIES: NDArray[np.float64] = softmax(GREYS / 255 * STRENGTH, axis=1)
READ = GREYS.argmax(axis=1)
NOTHING = pictures([], random_greys(0))
RULES = {
    "accuracy": {"at_least": 0.05},
    "recall": {"at_least": 0, "of": "per_digit"},
    "log_loss": {"at_most": 9},
}


@pytest.fixture(scope="module")
def evaluated(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    """Evaluate random readings of 400 pictures once."""
    return evaluate_split(tmp_path_factory.mktemp("evaluated"), model, pictures(LABELS, GREYS), RULES)


def test_accuracy_is_scikit_learns(evaluated: Evaluated) -> None:
    """Accuracy equals scikit-learn's."""
    assert evaluated.metrics.accuracy == pytest.approx(sklearn_metrics.accuracy_score(LABELS, READ))


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_averages_are_scikit_learns(evaluated: Evaluated, name: str) -> None:
    """Precision, recall and f1 equal scikit-learn's macro averages."""
    expected = getattr(sklearn_metrics, f"{name}_score")(LABELS, READ, average="macro")
    assert getattr(evaluated.metrics, name) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_figures_of_each_digit_are_scikit_learns(evaluated: Evaluated, name: str) -> None:
    """Precision, recall and f1 of each digit equal scikit-learn's."""
    expected = getattr(sklearn_metrics, f"{name}_score")(LABELS, READ, average=None)
    assert evaluated.metrics.by_digit(name) == pytest.approx(dict(zip(DIGITS, expected, strict=True)))


def test_log_loss_is_scikit_learns(evaluated: Evaluated) -> None:
    """The log loss equals scikit-learn's for the softmax of the logits."""
    assert evaluated.metrics.log_loss == pytest.approx(sklearn_metrics.log_loss(LABELS, PROBABILITIES), rel=1e-5)


def test_confusion_is_scikit_learns(evaluated: Evaluated) -> None:
    """The confusion matrix equals scikit-learn's: rows are true classes, columns are read ones."""
    assert evaluated.metrics.confusion == sklearn_metrics.confusion_matrix(LABELS, READ).tolist()


def test_counts_are_those_of_the_split(evaluated: Evaluated) -> None:
    """The counts of each digit and of the whole are those of the split."""
    counts = [figures.count for figures in evaluated.metrics.per_digit.values()]
    assert (evaluated.metrics.count, counts) == (400, np.bincount(LABELS).tolist())


def test_predictions_have_a_row_a_picture(evaluated: Evaluated) -> None:
    """Each prediction holds the picture's id, its label and its reading."""
    table = evaluated.evaluation.predictions().select(["id", "label", "read"])
    assert table.to_pylist() == [
        {"id": f"id-{i:04}", "label": label, "read": read}
        for i, (label, read) in enumerate(zip(LABELS, READ.tolist(), strict=True))
    ]


def test_predictions_hold_the_probabilities(evaluated: Evaluated) -> None:
    """Each prediction holds the probability of every class."""
    rows = evaluated.evaluation.predictions()["probabilities"].to_pylist()
    np.testing.assert_allclose(np.array(rows, np.float64), PROBABILITIES, atol=1e-6)


def test_predictions_hold_the_confidence(evaluated: Evaluated) -> None:
    """The confidence of a prediction is the probability of its reading."""
    confidences = evaluated.evaluation.predictions()["confidence"].to_numpy()
    np.testing.assert_allclose(confidences, PROBABILITIES.max(axis=1), atol=1e-6)


@pytest.mark.parametrize(
    "column", [0, 1, 2, 3, 4, 6], ids=["id", "label", "read", "confidence", "refused", "probabilities"]
)
def test_a_damaged_page_is_found(evaluated: Evaluated, tmp_path: Path, column: int) -> None:
    """If one byte of a data page changes, reading the predictions fails."""
    intact = evaluated.evaluation.path / "predictions.parquet"
    chunk = pq.ParquetFile(intact).metadata.row_group(0).column(column)
    first = chunk.dictionary_page_offset or chunk.data_page_offset
    damaged = bytearray(intact.read_bytes())
    damaged[first + chunk.total_compressed_size - 1] ^= 0xFF
    (tmp_path / "predictions.parquet").write_bytes(damaged)
    with pytest.raises(OSError, match="checksum verification failed"):
        Evaluation(tmp_path).predictions()


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


def test_a_digit_without_pictures_has_no_recall(model: Model, tmp_path: Path) -> None:
    """A digit without test pictures has no recall, and then there is no macro recall."""
    metrics = evaluate_split(tmp_path, model, pictures([*range(9)], greys_for([*range(8), 9]))).metrics
    assert (metrics.per_digit["9"].count, metrics.per_digit["9"].recall, metrics.recall) == (0, None, None)


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_a_digit_neither_shown_nor_read_has_no_figures(model: Model, tmp_path: Path, name: str) -> None:
    """A digit neither shown nor read has no figures, and then there are no macro averages."""
    metrics = evaluate_split(tmp_path, model, pictures([*range(9)], greys_for([*range(9)]))).metrics
    assert (getattr(metrics.per_digit["9"], name), getattr(metrics, name)) == (None, None)


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


def test_an_empty_split_has_no_figures(model: Model, tmp_path: Path) -> None:
    """An empty test split has no figures and no risk-coverage curve."""
    metrics = evaluate_split(tmp_path, model, NOTHING).metrics
    assert set(metrics.scalars().values()) == {None}
    assert metrics.risk_coverage is None


def test_an_empty_split_has_empty_predictions(model: Model, tmp_path: Path) -> None:
    """The predictions of an empty test split are an empty table."""
    assert len(evaluate_split(tmp_path, model, NOTHING).evaluation.predictions()) == 0


def test_more_pictures_than_a_batch_are_all_read(model: Model, tmp_path: Path) -> None:
    """Pictures beyond the first batch of a thousand are read, in order."""
    read = [i // 7 % 10 for i in range(1003)]
    table = evaluate_split(tmp_path, model, pictures([0] * 1003, greys_for(read))).evaluation.predictions()
    assert table["read"].to_pylist() == read


@pytest.mark.parametrize("classes", [tuple("1234567890"), tuple("012345678"), (*DIGITS, "x")])
def test_other_classes_are_refused(model: Model, tmp_path: Path, classes: tuple[str, ...]) -> None:
    """Examples with other classes than the model, or in another order, are a StageError."""
    with pytest.raises(StageError, match="have different classes"):
        evaluate_split(tmp_path, model, pictures([0, 1], greys_for([0, 1]), classes))


def test_every_figure_has_its_interval(evaluated: Evaluated) -> None:
    """Each figure, including those of digits, lies within its own interval."""
    metrics = evaluated.metrics
    figures = metrics.scalars()
    for name in ("precision", "recall", "f1"):
        figures |= {f"{name}.{digit}": value for digit, value in (metrics.by_digit(name) or {}).items()}
    assert set(metrics.intervals) == set(figures)
    assert all(
        metrics.intervals[name][0] <= (value or 0) <= metrics.intervals[name][1] for name, value in figures.items()
    )


def test_the_curve_runs_from_all_pictures_to_half(evaluated: Evaluated) -> None:
    """The curve begins with all pictures and their accuracy, and ends with the surest half."""
    curve = evaluated.metrics.risk_coverage
    assert curve
    first, last = curve.points[0], curve.points[-1]
    assert (first.count, first.accuracy, last.coverage, last.count) == (400, evaluated.metrics.accuracy, 0.5, 200)


def test_parameters_are_counted(evaluated: Evaluated) -> None:
    """The network's parameters are counted: 784 times 10 weights and 10 biases."""
    assert evaluated.metrics.parameters == PIXELS * 10 + 10


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


def test_a_damaged_champion_is_refused(model: Model, tmp_path: Path) -> None:
    """A damaged champion is an InputError that says what to do; the comparison is not skipped."""
    (tmp_path / "bundle").mkdir()
    with pytest.raises(InputError, match="the comparison with the champion failed") as caught:
        evaluate_split(tmp_path, model, pictures([1], greys_for([1])), champion=Bundle(tmp_path / "bundle"))
    assert "rm artifacts/champion" in caught.value.do


def test_a_champion_of_other_classes_is_kept(model: Model, bundle: Path, tmp_path: Path) -> None:
    """A model of other classes than the sealed champion's is not blessed, though the gate has no rule on it."""
    letters = tuple("abcdefghij")
    shutil.copytree(model.path, tmp_path / "letters", ignore=shutil.ignore_patterns("manifest.json"))
    (tmp_path / "letters" / "classes.json").write_text(json.dumps(letters))
    other = seal(Model, tmp_path / "letters")
    split = pictures([1] * 5, greys_for([1] * 5), letters)
    verdict = evaluate_split(tmp_path, other, split, RULES, Bundle(bundle)).blessing.verdict
    assert [rule.metric for rule in verdict.rules if not rule.passed][-1] == "champion"
    assert verdict.comparison
    assert verdict.comparison.other_classes == "new a, b, c, d, e and 5 more, gone 0, 1, 2, 3, 4 and 5 more"


@pytest.mark.parametrize(("turn", "passed"), [("upright", True), ("transposed", False)])
def test_the_gate_sees_how_the_pictures_lie(model: Model, tmp_path: Path, turn: str, *, passed: bool) -> None:
    """Transposed digits are refused whatever the model reads in them."""
    sample = read_sample(0)["test"].take(np.arange(0, 1000, 4))
    split = replace(sample, images=np.ascontiguousarray(TURNS[turn](sample.images)))
    [rule] = evaluate_split(tmp_path, model, split, {"orientation": {"at_most": 0.1}}).blessing.verdict.rules
    assert (rule.passed, rule.part) == (passed, "" if passed else turn)


def test_far_more_refusals_than_intended_are_a_warning(model: Model, tmp_path: Path) -> None:
    """If far more test pictures than validation pictures are unsure, a warning gives the likely cause."""
    evidence = (GREYS.max(axis=1) - GREYS.mean(axis=1)) / 255 * STRENGTH
    least = float(np.quantile(evidence, 0.91))
    metrics = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), least=least).metrics
    [warning] = metrics.warnings
    assert metrics.coverage == np.mean(evidence >= least)
    assert warning.startswith("91 % of the 400 test pictures are unsure, but 0 % of the 1 validation pictures: ")
    assert warning.endswith(": too few validation pictures to set the threshold")


def test_no_refusals_are_not_a_warning(evaluated: Evaluated) -> None:
    """If no picture is unsure, there is no warning."""
    assert evaluated.metrics.warnings == []


def test_strangers_are_measured(tmp_path: Path, model: Model) -> None:
    """Pictures of another data set are a kind to be refused, and the blank ones among them are."""
    (tmp_path / "strangers").mkdir()
    blank, some = [0, 1, 2], LABELS[:40]
    strangers = pictures(some, GREYS[:40])
    strangers.images[blank] = 0
    Examples.write(tmp_path / "strangers", "test", strangers)
    evaluated = evaluate_split(tmp_path, model, NOTHING, strangers=seal(Examples, tmp_path / "strangers"))
    tried = evaluated.metrics.refusals_tried["strangers"]
    assert (tried.right >= len(blank), tried.count) == (True, len(some))


def test_the_parts_are_reported(tmp_path: Path, model: Model, caplog: pytest.LogCaptureFixture) -> None:
    """The stage reports what it is doing, with the count of the test pictures."""
    with caplog.at_level(logging.DEBUG, "digits"):
        evaluate_split(tmp_path, model, pictures(LABELS, GREYS))
    reported = [record.getMessage() for record in caplog.records if "progress" in vars(record)]
    assert reported == ["loading the model", "test pictures 0/400", "metrics", "gate"]


def test_a_rule_on_strangers_needs_strangers(tmp_path: Path, model: Model) -> None:
    """A rule on strangers fails if there are none."""
    gate = {"refusals": {"strangers": {"at_least": 0.1}}}
    evaluated = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), gate)
    assert not evaluated.blessing.verdict.blessed


def make_champion(folder: Path, seen: Grey | None) -> Bundle:
    """Make a bundle that was trained on pictures with these pixels; on pictures it does not say, for None."""
    shutil.copytree(BUNDLE, folder)
    (folder / MANIFEST).unlink()
    (folder / Bundle.TRAINED_ON).unlink()
    if seen is not None:
        PictureSet.of(pictures([0] * len(seen), seen).images).write(folder / Bundle.TRAINED_ON)
    return seal(Bundle, folder)


LAX = {"accuracy": {"at_least": 0}, "champion": {"not_worse_by": 0.9, "first": "allow"}}


def test_the_champion_is_not_asked_what_it_was_trained_on(model: Model, tmp_path: Path) -> None:
    """The two are compared on the pictures that neither was trained on, and the verdict counts the others."""
    champion = make_champion(tmp_path / "v0001-aaaaaaaa", GREYS[:250])
    verdict = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), LAX, champion).blessing.verdict
    assert verdict.exposure == Exposure(test=400, model=0, version="v0001-aaaaaaaa", champion=250, unseen=150)
    assert verdict.comparison
    assert verdict.comparison.count == 150
    assert verdict.comparison.accuracy == np.mean(READ[250:] == LABELS[250:])
    assert verdict.blessed


@pytest.mark.parametrize("left", [0, 99])
def test_too_few_unseen_pictures_refuse_the_model(model: Model, tmp_path: Path, left: int) -> None:
    """If the champion was trained on all but 99 test pictures, its rule is missed, whatever the figures are."""
    champion = make_champion(tmp_path / "v0001-aaaaaaaa", GREYS[left:])
    verdict = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), LAX, champion).blessing.verdict
    assert not verdict.blessed
    rest = f"compared on the other {left}" if left else "none is left to compare on"
    seen = f"v0001-aaaaaaaa was trained on {400 - left} of the 400 test pictures"
    assert verdict.reasons == [f"champion: too few unseen pictures: {seen}: {rest}"]
    assert (verdict.comparison is None) == (left == 0)


def test_a_champion_that_does_not_say_is_compared_on_everything(model: Model, tmp_path: Path) -> None:
    """An older bundle has no set of pictures: that is said, and the comparison is on the whole test split."""
    champion = make_champion(tmp_path / "v0001-aaaaaaaa", None)
    verdict = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), LAX, champion).blessing.verdict
    assert verdict.exposure
    assert (verdict.exposure.champion, verdict.exposure.unseen) == (None, 400)
    assert verdict.exposure.words.startswith("v0001-aaaaaaaa does not say which pictures it was trained on")
    assert verdict.comparison
    assert verdict.comparison.count == 400


def test_test_pictures_of_the_own_train_split_are_left_out(model: Model, tmp_path: Path) -> None:
    """All figures and predictions are of the others, and metrics, warnings and verdict say how many were left out."""
    (tmp_path / "examples").mkdir()
    Examples.write(tmp_path / "examples", "train", pictures(LABELS[:30], GREYS[:30]))
    Examples.write(tmp_path / "examples", "validation", pictures(LABELS[30:40], GREYS[30:40]))
    evaluated = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), RULES)
    assert (evaluated.metrics.count, evaluated.metrics.trained_on) == (360, 40)
    assert evaluated.metrics.accuracy == np.mean(READ[40:] == LABELS[40:])
    assert evaluated.evaluation.predictions()["id"].to_pylist() == [f"id-{i:04}" for i in range(40, 400)]
    assert evaluated.metrics.warnings == [
        "the model was trained on 40 of the 400 test pictures: they are left out of all figures"
    ]
    assert evaluated.blessing.verdict.exposure == Exposure(test=400, model=40, version="", champion=None, unseen=360)


def test_a_model_that_was_trained_on_the_whole_test_split_is_refused(model: Model, tmp_path: Path) -> None:
    """Nothing is left to measure it on, so that every rule is missed."""
    (tmp_path / "examples").mkdir()
    Examples.write(tmp_path / "examples", "train", pictures(LABELS, GREYS))
    evaluated = evaluate_split(tmp_path, model, pictures(LABELS, GREYS), RULES)
    assert (evaluated.metrics.count, evaluated.blessing.verdict.blessed) == (0, False)


def test_a_model_says_itself_what_it_was_trained_on(model: Model, tmp_path: Path) -> None:
    """What the model says counts, not what the examples hold: it may have been trained on others."""
    shutil.copytree(model.path, tmp_path / "model")
    (tmp_path / "model" / MANIFEST).unlink()
    PictureSet.of(pictures(LABELS[:5], GREYS[:5]).images).write(tmp_path / "model" / Model.TRAINED_ON)
    other = seal(Model, tmp_path / "model")
    assert other.digest != model.digest
    (tmp_path / "examples").mkdir()
    Examples.write(tmp_path / "examples", "train", pictures(LABELS[:30], GREYS[:30]))
    assert evaluate_split(tmp_path, other, pictures(LABELS, GREYS), RULES).metrics.trained_on == 5


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
