"""Paired bootstrap intervals of the differences between two models on the same pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learning.calibration import calibration_gaps
from learning.evaluation.comparison import difference_interval
from learning.evaluation.intervals import RESAMPLES, percentiles, resample_pictures
from learning.evaluation.metrics import PER_DIGIT, Figures, rates

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["paired_intervals"]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class _Draws:
    """Bootstrap samples of pictures, each drawn with the predictions of both models.

    Attributes:
        counts: of each kind of picture, [RESAMPLES, kinds]; pictures of one kind agree in all that follows.
        label: true class of each kind, [kinds].
        read: class that each model reads, [2, kinds].
        answered: whether each model answers, [2, kinds].
        classes: number of classes.
    """

    counts: NDArray[np.int64]
    label: NDArray[np.int64]
    read: NDArray[np.int64]
    answered: NDArray[np.bool_]
    classes: int

    def values(self, name: str, model: int) -> NDArray[np.float64]:
        """Return a metric of a model (0 or 1) in every resample, [RESAMPLES]; NaN where it is undefined."""
        import numpy as np

        if name in PER_DIGIT:
            confusion = np.zeros((RESAMPLES, self.classes * self.classes), np.int64)
            np.add.at(confusion.T, self.label * self.classes + self.read[model], self.counts.T)
            return np.nanmean(rates(confusion.reshape(RESAMPLES, self.classes, self.classes))[name], axis=-1)
        answered = self.counts @ self.answered[model].astype(np.int64)
        if name == "coverage":
            return answered / self.counts.sum(axis=1)
        right = self.counts @ (self.answered[model] & (self.read[model] == self.label)).astype(np.int64)
        with np.errstate(invalid="ignore"):
            return right / answered


def paired_intervals(first: Figures, second: Figures, seed: int) -> dict[str, tuple[float, float]]:
    """Return the two-sided 95 % interval of each metric's difference, the second model minus the first.

    Each picture is drawn with both models' predictions (paired bootstrap, Efron and Tibshirani 1993, chapter 16), so
    that variation the models share, such as hard pictures, cancels.

    Args:
        first: metrics of the first model on n pictures, at least one.
        second: metrics of the second model on the same pictures, in the same order.
        seed: of the bootstrap.
    """
    better, worse = int((second.right & ~first.right).sum()), int((first.right & ~second.right).sum())
    draws = _draw(first, second, seed)
    found = {"accuracy": difference_interval(better, worse, len(first), confidence=CONFIDENCE, seed=seed)}
    for name in (*PER_DIGIT, "coverage", "answered_accuracy"):
        found[name] = percentiles(draws.values(name, 1) - draws.values(name, 0), CONFIDENCE)
    found["log_loss"] = _loss_interval(first, second, seed)
    found["calibration_error"] = _calibration_interval(first, second, seed)
    return found


def _draw(first: Figures, second: Figures, seed: int) -> _Draws:
    import numpy as np

    both = (first, second)
    columns = [first.labels, *(each.probabilities.argmax(axis=1) for each in both), *(~each.refused for each in both)]
    kinds, counts = np.unique(np.stack(columns).astype(np.int64), axis=1, return_counts=True)
    chance = np.random.Generator(np.random.PCG64(seed))
    drawn = chance.multinomial(len(first), counts / counts.sum(), RESAMPLES)
    classes = max(each.probabilities.shape[1] for each in both)
    return _Draws(drawn, kinds[0], kinds[1:3], kinds[3:5].astype(np.bool_), classes)


def _loss_interval(first: Figures, second: Figures, seed: int) -> tuple[float, float]:
    import numpy as np

    differences = second.losses - first.losses
    groups = np.zeros(len(first), np.int64)
    return percentiles(resample_pictures(differences, groups, seed)[:, 0] / len(first), CONFIDENCE)


def _calibration_interval(first: Figures, second: Figures, seed: int) -> tuple[float, float]:
    errors: list[Any] = []
    for each in (first, second):
        gaps, bins = calibration_gaps(each.probabilities, each.labels)
        errors.append(abs(resample_pictures(gaps, bins, seed)).sum(axis=1) / len(each))
    return percentiles(errors[1] - errors[0], CONFIDENCE)
