"""Risk-coverage curves: the accuracy of the most confident answers."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from learning.evaluation.risk_coverage import measure_risk_coverage, take_surest
from schemas.artifacts.evaluation import RiskCoverage

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


def two_classes(sure: list[float], *, right: list[bool]) -> tuple[Floats, Labels]:
    """Return probabilities with *sure* for the first class, and labels that make them right or wrong."""
    first = np.array(sure, np.float64)
    return np.stack([first, 1 - first], axis=1).astype(np.float32), np.array([not each for each in right], np.int32)


def measured(probabilities: Floats, labels: Labels) -> RiskCoverage:
    """Return a curve that must exist."""
    found = measure_risk_coverage(probabilities, labels)
    assert found
    return found


def random_readings(count: int) -> tuple[Floats, Labels]:
    """Draw readings of ten classes, right more often the surer they are."""
    chance = np.random.default_rng(3)
    probabilities = chance.dirichlet(np.full(10, 0.1), count).astype(np.float32)
    labels = np.array([chance.choice(10, p=each / each.sum()) for each in probabilities.astype(np.float64)], np.int32)
    return probabilities, labels


def test_the_accuracy_is_that_of_the_surest() -> None:
    """The accuracy at each coverage is that of the surest pictures by a plain sort."""
    probabilities, labels = random_readings(1001)
    order = sorted(range(1001), key=lambda i: -float(probabilities[i].max()))
    right = [bool(probabilities[i].argmax() == labels[i]) for i in order]
    points = measured(probabilities, labels).points
    counts = [1001, 996, 991, 981, 951, 901, 801, 501]
    assert [(each.coverage, each.count) for each in points] == list(
        zip([1, 0.995, 0.99, 0.98, 0.95, 0.9, 0.8, 0.5], counts, strict=True)
    )
    assert [each.accuracy for each in points] == [sum(right[:count]) / count for count in counts]
    assert [each.confidence for each in points] == [float(probabilities[order[count - 1]].max()) for count in counts]


def test_the_area_is_the_mean_risk() -> None:
    """The area is the mean of the risks: for four pictures with the third surest misread, of 0, 0, 1/3 and 1/4."""
    probabilities, labels = two_classes([0.9, 0.6, 0.8, 0.7], right=[True, True, True, False])
    assert measured(probabilities, labels).aurc == pytest.approx((0 + 0 + 1 / 3 + 1 / 4) / 4)


def test_the_order_of_the_pictures_does_not_matter() -> None:
    """The curve does not depend on the order of the pictures, even with many equally sure."""
    probabilities, labels = random_readings(500)
    probabilities = np.concatenate([probabilities, np.full((100, 10), 0.1, np.float32)])
    labels = np.concatenate([labels, np.arange(100, dtype=np.int32) % 10])
    mixed = np.random.default_rng(0).permutation(600)
    assert measured(probabilities[mixed], labels[mixed]) == measured(probabilities, labels)


def test_ties_count_misread_pictures_first() -> None:
    """Among equally sure pictures, the misread ones come first."""
    probabilities, labels = two_classes([0.75] * 4, right=[True, True, False, True])
    assert [each.accuracy for each in measured(probabilities, labels).points][-1] == 0.5


def test_confidences_that_round_to_one_are_ordered() -> None:
    """Of confidences that are 1 in float32, the one with the smaller rest is the surer."""
    probabilities = np.array([[1, 2e-9, 0], [1, 1e-9, 0], [1, 0, 0]], np.float32)
    order, misread = take_surest(probabilities, np.array([1, 0, 0], np.int32))
    assert (order.tolist(), misread.tolist()) == ([2, 1, 0], [0, 0, 1])


def test_without_numbers_there_is_no_curve() -> None:
    """An empty split has no curve, and neither have NaN probabilities."""
    nothing = np.zeros((0, 2), np.float32), np.zeros(0, np.int32)
    assert measure_risk_coverage(*nothing) is None
    assert measure_risk_coverage(np.full((1, 2), np.nan, np.float32), np.zeros(1, np.int32)) is None
