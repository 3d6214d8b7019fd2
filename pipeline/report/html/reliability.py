"""How sure a model is, and how often it is right then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.calibration import BINS
from learning.evaluation.intervals import wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Bin", "bins_of"]


@dataclass(frozen=True)
class Bin:
    """The pictures whose confidence lies in one of the bins of the calibration error.

    Attributes:
        middle: of the bin, 0 to 1.
        count: of the pictures, at least 1.
        confidence: their mean.
        accuracy: the share of them that is read right.
        interval: of that share, 95 %, Wilson's.
    """

    middle: float
    count: int
    confidence: float
    accuracy: float
    interval: tuple[float, float]


def bins_of(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> list[Bin]:
    """Sort pictures into bins of equal width by confidence, [n]; a bin without pictures is left out."""
    import numpy as np

    chosen = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(chosen, minlength=BINS)
    rights = np.bincount(chosen, right, BINS)
    sums = np.bincount(chosen, confidence, BINS)
    return [
        Bin((i + 0.5) / BINS, n, float(sums[i] / n), float(rights[i] / n), wilson(int(rights[i]), n, 0.95))
        for i, n in enumerate(counts.tolist())
        if n
    ]
