"""Metrics of one model on a set of pictures, each with its confidence interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from learning.calibration import calibration_gaps
from learning.evaluation.intervals import (
    effective_count,
    percentiles,
    resample_confusion,
    resample_pictures,
    widest,
    wilson,
    wilson_f1,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.evaluation import Tried

__all__ = ["PER_DIGIT", "SCALARS", "Figure", "Figures", "rates", "share", "shares"]

PER_DIGIT = ("precision", "recall", "f1")
SCALARS = ("accuracy", *PER_DIGIT, "log_loss", "calibration_error", "coverage", "answered_accuracy")


@dataclass(frozen=True)
class Figure:
    """One figure with its uncertainty.

    Attributes:
        value: NaN if there is nothing to measure it on.
        count: number of pictures it was measured on.
        interval: returns the two-sided interval for a confidence between 0 and 1; (NaN, NaN) if the value is NaN.
        right: the numerator of a share, whose denominator is *count*; None if the figure is not a share.
        shrinks: whether the denominator counts misreadings too, as precision's does: one misreading fewer lowers
            *count* by one.
    """

    value: float
    count: int
    interval: Callable[[float], tuple[float, float]]
    right: int | None = None
    shrinks: bool = False


def share(right: int, count: int, *, shrinks: bool = False) -> Figure:
    """Return a share as a figure with Wilson's interval; NaN if *count* is 0."""
    if not count:
        return Figure(float("nan"), 0, _nowhere)
    return Figure(right / count, count, lambda confidence: wilson(right, count, confidence), right, shrinks)


def shares(tried: dict[str, Tried]) -> dict[str, Figure]:
    """Return the share of right outcomes for each kind."""
    return {kind: share(each.right, each.count) for kind, each in tried.items()}


def rates(confusion: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Return precision, recall and F1 of each class; NaN if the denominator is 0.

    Args:
        confusion: [..., k, k]; rows are true classes, columns are predicted ones.

    Returns:
        By name, float64 [..., k].
    """
    import numpy as np

    right = np.diagonal(confusion, axis1=-2, axis2=-1).astype(np.float64)
    with np.errstate(invalid="ignore"):
        return {name: right / counts for name, counts in _counts(confusion).items()}


def _counts(confusion: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Return the denominators of precision, recall and F1 of each class; F1's is the mean of the other two."""
    import numpy as np

    read, shown = (confusion.sum(axis=axis).astype(np.float64) for axis in (-2, -1))
    return {"precision": read, "recall": shown, "f1": (read + shown) / 2}


class Figures:
    """All metrics of a model on n pictures; bootstrap samples are drawn when an interval first needs them.

    A bootstrap never draws an error that was not observed, so no bootstrap interval here is narrower than Wilson's
    interval for the same number of pictures allows: with 36 of 36 right, 9.6 % may still be wrong (compare the rule
    of three: Hanley and Lippman-Hand 1983, https://doi.org/10.1001/jama.1983.03330370053031).

    Args:
        labels: int32 [n], the true classes.
        probabilities: float32 [n, classes], calibrated.
        refused: bool [n], whether the model refuses to answer.
        seed: of the bootstrap.
    """

    def __init__(
        self, labels: NDArray[np.int32], probabilities: NDArray[np.float32], refused: NDArray[np.bool_], seed: int
    ) -> None:
        import numpy as np

        self.labels, self.probabilities, self.refused, self._seed = labels, probabilities, refused, seed
        self.right: NDArray[np.bool_] = probabilities.argmax(axis=1) == labels
        self.confusion: NDArray[np.int64] = np.zeros((probabilities.shape[1],) * 2, np.int64)
        np.add.at(self.confusion, (labels, probabilities.argmax(axis=1)), 1)

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.labels)

    def take(self, chosen: NDArray[np.bool_]) -> Figures:
        """Return the metrics of a subset of the pictures.

        Args:
            chosen: bool [n].
        """
        return Figures(self.labels[chosen], self.probabilities[chosen], self.refused[chosen], self._seed)

    def get(self, name: str) -> Figure:
        """Return one metric over all pictures, by its name in SCALARS."""
        import numpy as np

        if name in PER_DIGIT:
            value = float(rates(self.confusion)[name].mean())
            return self._drawn(
                value,
                lambda: np.nanmean(self._resampled_rates[name], axis=-1),
                lambda confidence: self._at_least_mean(name, value, confidence),
            )
        answered = ~self.refused
        counted = {
            "accuracy": (self.right.sum(), len(self)),
            "coverage": (answered.sum(), len(self)),
            "answered_accuracy": (self.right[answered].sum(), answered.sum()),
        }
        return share(*map(int, counted[name])) if name in counted else self._of_pictures(name)

    def per_digit(self, name: str) -> list[Figure]:
        """Return precision, recall or F1 (*name* is one of PER_DIGIT) of every class, in order."""
        right = self.confusion.diagonal().tolist()
        if name == "f1":
            both = (self.confusion.sum(axis=0) + self.confusion.sum(axis=1)).tolist()
            return [_f1(*each) for each in zip(right, both, strict=True)]
        counts = self.confusion.sum(axis=1 if name == "recall" else 0).tolist()
        return [share(*each, shrinks=name == "precision") for each in zip(right, counts, strict=True)]

    def _of_pictures(self, name: str) -> Figure:
        import numpy as np

        if not (len(self) and np.isfinite(self.probabilities).all()):
            return Figure(float("nan"), len(self), _nowhere)
        if name == "log_loss":
            values, groups, at_least = self.losses, np.zeros(len(self), np.int64), self._at_least_loss
        else:
            values, groups = calibration_gaps(self.probabilities, self.labels)
            at_least = self._at_least_gap
        value = float(abs(np.bincount(groups, values)).sum() / len(self))
        return self._drawn(
            value,
            lambda: abs(resample_pictures(values, groups, self._seed)).sum(axis=1) / len(self),
            lambda confidence: (value, at_least(value, confidence)),
        )

    def _drawn(
        self,
        value: float,
        draws: Callable[[], NDArray[np.float64]],
        at_least: Callable[[float], tuple[float, float]],
    ) -> Figure:
        """Return a figure with a bootstrap interval, widened to contain *at_least* of the same confidence."""
        import math

        if not math.isfinite(value):
            return Figure(value, len(self), _nowhere)
        return Figure(
            value, len(self), lambda confidence: widest(percentiles(draws(), confidence), at_least(confidence))
        )

    def _at_least_mean(self, name: str, value: float, confidence: float) -> tuple[float, float]:
        """Return Wilson's interval of a mean over the digits, treated as one share of the effective count."""
        count = effective_count(_counts(self.confusion)[name])
        return wilson(value * count, count, confidence)

    def _at_least_loss(self, value: float, confidence: float) -> float:
        """Return the log loss if the share misread were at the upper end of its Wilson interval.

        One more misread picture costs the mean loss of those misread now and of one misread at the average loss of a
        second guess.
        """
        import numpy as np

        wrong = len(self) - int(self.right.sum())
        second = np.sort(self.probabilities, axis=1)[:, -2:][:, 0]
        cost = (self.losses[~self.right].sum() + self._surprise(second).mean()) / (wrong + 1)
        return value + float(cost) * (wilson(wrong, len(self), confidence)[1] - wrong / len(self))

    def _at_least_gap(self, value: float, confidence: float) -> float:
        """Return the largest gap between the mean confidence and an accuracy within its Wilson interval.

        The expected calibration error is never below the gap over all pictures.
        """
        sure = float(self.probabilities.max(axis=1).astype("float64").mean())
        ends = wilson(int(self.right.sum()), len(self), confidence)
        return max(value, *(abs(sure - end) for end in ends))

    @cached_property
    def _resampled_rates(self) -> dict[str, NDArray[np.float64]]:
        return rates(resample_confusion(self.confusion, self._seed))

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """Negative log probability of each picture's true class, float64 [n], in nats."""
        import numpy as np

        return self._surprise(self.probabilities[np.arange(len(self)), self.labels])

    def _surprise(self, chosen: NDArray[np.float32]) -> NDArray[np.float64]:
        import numpy as np

        exact = self.probabilities.astype(np.float64).sum(axis=1)  # float32 rounding matters next to 1
        return -np.log(np.clip(chosen / exact, np.finfo(np.float64).eps, 1))


def _f1(right: int, both: int) -> Figure:
    """Return F1 of a digit; *both* is the number of pictures that show it plus the number that are read as it."""
    count = both - right
    if not count:
        return Figure(float("nan"), 0, _nowhere)
    return Figure(2 * right / both, count, lambda confidence: wilson_f1(right, count - right, confidence))


def _nowhere(confidence: float) -> tuple[float, float]:
    del confidence
    return float("nan"), float("nan")
