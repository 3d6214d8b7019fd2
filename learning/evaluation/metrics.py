"""The figures of one model on some pictures, each with its interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from learning.calibration import calibration_gaps
from learning.evaluation.intervals import (
    even_count,
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
    """One figure and how sure it is.

    Attributes:
        value: nan where there is nothing to measure it on.
        count: pictures it was measured on.
        interval: gives its two-sided interval for a confidence; nan and nan where it is not a number.
        right: of a share, how many of *count* there are; None of a figure that is no share.
        shrinks: of a share of what was read as a digit: one misreading less is one picture less.
    """

    value: float
    count: int
    interval: Callable[[float], tuple[float, float]]
    right: int | None = None
    shrinks: bool = False


def share(right: int, count: int, *, shrinks: bool = False) -> Figure:
    """Give a share as a figure, with Wilson's interval."""
    if not count:
        return Figure(float("nan"), 0, _nowhere)
    return Figure(right / count, count, lambda confidence: wilson(right, count, confidence), right, shrinks)


def shares(tried: dict[str, Tried]) -> dict[str, Figure]:
    """Give the share of each kind that was tried."""
    return {kind: share(each.right, each.count) for kind, each in tried.items()}


def rates(confusion: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Give precision, recall and f1 of each class; nan where there is nothing to divide by.

    Args:
        confusion: [..., k, k]; rows are true classes, columns are read ones.

    Returns:
        By name, float64 [..., k].
    """
    import numpy as np

    right = np.diagonal(confusion, axis1=-2, axis2=-1).astype(np.float64)
    with np.errstate(invalid="ignore"):
        return {name: right / counts for name, counts in _counts(confusion).items()}


def _counts(confusion: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Give of how many pictures precision, recall and f1 of each class are shares; of f1 they are the mean of both."""
    import numpy as np

    read, shown = (confusion.sum(axis=axis).astype(np.float64) for axis in (-2, -1))
    return {"precision": read, "recall": shown, "f1": (read + shown) / 2}


class Figures:
    """All figures of a model on n pictures; what is drawn by chance is drawn when it is first asked for.

    A bootstrap knows nothing of errors that it has not seen. So no interval of it is narrower than what Wilson's of as
    many pictures leaves open: where all of 36 are right, 9.6 % may still be wrong (the rule of three: Hanley and
    Lippman-Hand 1983, https://doi.org/10.1001/jama.1983.03330370053031).

    Args:
        labels: int32 [n], the true classes.
        probabilities: float32 [n, classes], calibrated.
        refused: bool [n], which pictures are not answered.
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
        """Count the pictures."""
        return len(self.labels)

    def take(self, chosen: NDArray[np.bool_]) -> Figures:
        """Give the figures of some of the pictures."""
        return Figures(self.labels[chosen], self.probabilities[chosen], self.refused[chosen], self._seed)

    def get(self, name: str) -> Figure:
        """Give a figure of all pictures: accuracy, precision, recall, f1 and so on."""
        import numpy as np

        if name in PER_DIGIT:
            value = float(rates(self.confusion)[name].mean())
            return self._drawn(
                value,
                lambda: np.nanmean(self._redrawn_rates[name], axis=-1),
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
        """Give precision, recall or f1 of every class, in order."""
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
        """Give a figure with the interval of its draws, but none narrower than *at_least* gives for a confidence."""
        import math

        if not math.isfinite(value):
            return Figure(value, len(self), _nowhere)
        return Figure(
            value, len(self), lambda confidence: widest(percentiles(draws(), confidence), at_least(confidence))
        )

    def _at_least_mean(self, name: str, value: float, confidence: float) -> tuple[float, float]:
        """Give Wilson's interval of a mean over the digits, as if it were one share."""
        count = even_count(_counts(self.confusion)[name])
        return wilson(value * count, count, confidence)

    def _at_least_loss(self, value: float, confidence: float) -> float:
        """Give the log loss if as many more pictures were misread as may be by Wilson's interval.

        What one more costs is the mean of those that are misread and of one as surprising as second guesses mostly are.
        """
        import numpy as np

        wrong = len(self) - int(self.right.sum())
        second = np.sort(self.probabilities, axis=1)[:, -2:][:, 0]
        cost = (self.losses[~self.right].sum() + self._surprise(second).mean()) / (wrong + 1)
        return value + float(cost) * (wilson(wrong, len(self), confidence)[1] - wrong / len(self))

    def _at_least_gap(self, value: float, confidence: float) -> float:
        """Give how far the accuracy, anywhere in its interval, may lie from the mean confidence.

        No calibration error is smaller than that difference over all pictures.
        """
        sure = float(self.probabilities.max(axis=1).astype("float64").mean())
        ends = wilson(int(self.right.sum()), len(self), confidence)
        return max(value, *(abs(sure - end) for end in ends))

    @cached_property
    def _redrawn_rates(self) -> dict[str, NDArray[np.float64]]:
        return rates(resample_confusion(self.confusion, self._seed))

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """Surprise at the right class of each picture, float64 [n], in nats."""
        import numpy as np

        return self._surprise(self.probabilities[np.arange(len(self)), self.labels])

    def _surprise(self, chosen: NDArray[np.float32]) -> NDArray[np.float64]:
        import numpy as np

        exact = self.probabilities.astype(np.float64).sum(axis=1)  # or what is nearly 1 is rounded away
        return -np.log(np.clip(chosen / exact, np.finfo(np.float64).eps, 1))


def _f1(right: int, both: int) -> Figure:
    """Give F1 of a digit of which *both*, as many as are shown and as many as are read, added, are there."""
    count = both - right
    if not count:
        return Figure(float("nan"), 0, _nowhere)
    return Figure(2 * right / both, count, lambda confidence: wilson_f1(right, count - right, confidence))


def _nowhere(confidence: float) -> tuple[float, float]:
    del confidence
    return float("nan"), float("nan")
