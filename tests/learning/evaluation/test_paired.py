"""Intervals for the difference of two models on the same pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from learning.evaluation.metrics import Figures
from learning.evaluation.paired import paired_intervals

CLASSES = 3


def figures(read: NDArray[np.int64], labels: NDArray[np.int32], sure: float = 0.9) -> Figures:
    """Return the figures of a model with these readings and the confidence *sure*, which answers every picture."""
    probabilities = np.full((len(read), CLASSES), (1 - sure) / (CLASSES - 1), np.float32)
    probabilities[np.arange(len(read)), read] = sure
    return Figures(labels, probabilities, np.zeros(len(read), np.bool_), 0)


def drawn(count: int) -> NDArray[np.int32]:
    """Return *count* random labels."""
    return np.random.default_rng(0).integers(0, CLASSES, count).astype(np.int32)


def test_equal_models_have_empty_intervals() -> None:
    """If both models read alike, every interval is 0 to 0, however few the pictures are."""
    labels = drawn(20)
    model = figures(np.roll(labels, 1).astype(np.int64), labels)
    assert set(paired_intervals(model, model, 0).values()) == {(0.0, 0.0)}


def test_a_better_model_is_significantly_better() -> None:
    """A model that is right on 50 of 500 pictures where the other errs is better in every figure, beyond chance."""
    labels = drawn(500)
    worse = labels.astype(np.int64)
    worse[:50] = (worse[:50] + 1) % CLASSES
    found = paired_intervals(figures(worse, labels), figures(labels.astype(np.int64), labels), 0)
    assert all(found[name][0] > 0.05 for name in ("accuracy", "precision", "recall", "f1", "answered_accuracy"))
    assert found["log_loss"][1] < 0
    assert found["coverage"] == (0.0, 0.0)


def test_the_interval_is_that_of_resampling_pictures() -> None:
    """The interval of recall agrees with a bootstrap over single pictures."""
    labels = drawn(300)
    reads = [labels.astype(np.int64), labels.astype(np.int64)]
    reads[0][:30] = 0
    reads[1][20:60] = 1
    models = [figures(read, labels) for read in reads]
    chance, differences = np.random.default_rng(1), list[float]()
    for _ in range(2000):
        chosen = chance.integers(0, 300, 300)
        recalls = [
            np.mean([np.mean(read[chosen][labels[chosen] == label] == label) for label in range(CLASSES)])
            for read in reads
        ]
        differences.append(float(recalls[1] - recalls[0]))
    low, high = np.percentile(differences, [2.5, 97.5])
    found = paired_intervals(models[0], models[1], 0)["recall"]
    assert abs(found[0] - low) < 0.006
    assert abs(found[1] - high) < 0.006


def test_pairing_makes_intervals_narrow() -> None:
    """Pairing narrows the interval of two models that err on nearly the same pictures."""
    labels = drawn(1000)
    first = labels.astype(np.int64)
    first[:100] = (first[:100] + 1) % CLASSES
    second = first.copy()
    second[:5] = labels[:5]
    low, high = paired_intervals(figures(first, labels), figures(second, labels), 0)["accuracy"]
    alone = figures(first, labels).get("accuracy").interval(0.95)
    assert high - low < (alone[1] - alone[0]) / 3
    assert low <= 0.005 <= high
