"""The figures of one model on some pictures, each with its interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from learning.calibration import calibration_gaps
from learning.intervals import percentiles, resample_confusion, resample_pictures, wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.evaluation import Tried

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
    shown, read = confusion.sum(axis=-1), confusion.sum(axis=-2)
    with np.errstate(invalid="ignore"):
        return {"precision": right / read, "recall": right / shown, "f1": 2 * right / (read + shown)}


class Figures:
    """All figures of a model on n pictures; what is drawn by chance is drawn when it is first asked for.

    A calibration error is larger in resamples than in the pictures they are drawn from, so its interval lies high.

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
            return self._drawn(value, lambda: np.nanmean(self._redrawn_rates[name], axis=-1))
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
            values = rates(self.confusion)["f1"].tolist()
            return [self._drawn(value, partial(self._redrawn_f1, i)) for i, value in enumerate(values)]
        counts = self.confusion.sum(axis=1 if name == "recall" else 0).tolist()
        return [share(*each, shrinks=name == "precision") for each in zip(right, counts, strict=True)]

    def _redrawn_f1(self, position: int) -> NDArray[np.float64]:
        return self._redrawn_rates["f1"][:, position]

    def _of_pictures(self, name: str) -> Figure:
        import numpy as np

        if not (len(self) and np.isfinite(self.probabilities).all()):
            return Figure(float("nan"), len(self), _nowhere)
        if name == "log_loss":
            values, groups = self.losses, np.zeros(len(self), np.int64)
        else:
            values, groups = calibration_gaps(self.probabilities, self.labels)
        value = float(abs(np.bincount(groups, values)).sum() / len(self))
        return self._drawn(value, lambda: abs(resample_pictures(values, groups, self._seed)).sum(axis=1) / len(self))

    def _drawn(self, value: float, draws: Callable[[], NDArray[np.float64]]) -> Figure:
        import math

        if not math.isfinite(value):
            return Figure(value, len(self), _nowhere)
        return Figure(value, len(self), lambda confidence: percentiles(draws(), confidence))

    @cached_property
    def _redrawn_rates(self) -> dict[str, NDArray[np.float64]]:
        return rates(resample_confusion(self.confusion, self._seed))

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """Surprise at the right class of each picture, float64 [n], in nats."""
        import numpy as np

        exact = self.probabilities.astype(np.float64)  # or what is nearly 1 is rounded away
        chosen = exact[np.arange(len(self)), self.labels] / exact.sum(axis=1)
        return -np.log(np.clip(chosen, np.finfo(np.float64).eps, 1))


def _nowhere(confidence: float) -> tuple[float, float]:
    del confidence
    return float("nan"), float("nan")
