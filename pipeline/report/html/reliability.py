"""Bins of a reliability diagram: confidence against accuracy."""

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
    """One bin of confidence, as in the expected calibration error.

    Attributes:
        middle: centre of the bin, 0 to 1.
        count: number of pictures, at least 1.
        confidence: their mean confidence, 0 to 1.
        accuracy: the share of them read right, 0 to 1.
        interval: 95 % Wilson interval of the accuracy.
    """

    middle: float
    count: int
    confidence: float
    accuracy: float
    interval: tuple[float, float]


def bins_of(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> list[Bin]:
    """Bin n pictures by confidence into equal widths; empty bins are omitted.

    Args:
        confidence: float32 [n], 0 to 1.
        right: bool [n], whether each picture was read right.
    """
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
