"""The figures equal scikit-learn's, and each has its interval."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from schemas.artifacts.examples import PIXELS, Examples
from schemas.artifacts.model import Model
from tests.components.evaluate.stage import (
    GREYS,
    LABELS,
    NOTHING,
    PROBABILITIES,
    READ,
    STRENGTH,
    Evaluated,
    evaluate_split,
    greys_for,
    pictures,
)
from tests.samples import DIGITS, seal

pytestmark = pytest.mark.usefixtures("tensorflow_session")


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


def test_a_digit_without_pictures_has_no_recall(model: Model, tmp_path: Path) -> None:
    """A digit without test pictures has no recall, and then there is no macro recall."""
    metrics = evaluate_split(tmp_path, model, pictures([*range(9)], greys_for([*range(8), 9]))).metrics
    assert (metrics.per_digit["9"].count, metrics.per_digit["9"].recall, metrics.recall) == (0, None, None)


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_a_digit_neither_shown_nor_read_has_no_figures(model: Model, tmp_path: Path, name: str) -> None:
    """A digit neither shown nor read has no figures, and then there are no macro averages."""
    metrics = evaluate_split(tmp_path, model, pictures([*range(9)], greys_for([*range(9)]))).metrics
    assert (getattr(metrics.per_digit["9"], name), getattr(metrics, name)) == (None, None)


def test_an_empty_split_has_no_figures(model: Model, tmp_path: Path) -> None:
    """An empty test split has no figures and no risk-coverage curve."""
    metrics = evaluate_split(tmp_path, model, NOTHING).metrics
    assert set(metrics.scalars().values()) == {None}
    assert metrics.risk_coverage is None


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
