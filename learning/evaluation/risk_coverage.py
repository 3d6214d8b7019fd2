"""The risk-coverage curve of selective classification: accuracy when the least confident answers are withheld.

After El-Yaniv and Wiener 2010 (https://jmlr.org/papers/v11/el-yaniv10a.html) and Geifman and El-Yaniv 2017
(https://arxiv.org/abs/1705.08500). Pictures are ranked by calibrated confidence alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from schemas.artifacts.evaluation import CoveragePoint, RiskCoverage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["measure_risk_coverage", "take_surest"]

COVERAGES = (1000, 995, 990, 980, 950, 900, 800, 500)  # in thousandths, so that counts of pictures are exact


def measure_risk_coverage(probabilities: NDArray[np.float32], labels: NDArray[np.int32]) -> RiskCoverage | None:
    """Return the risk-coverage curve; None without pictures, or if a probability is not finite.

    Args:
        probabilities: float32 [n, classes], calibrated.
        labels: int32 [n], the true classes.
    """
    import numpy as np

    count = len(labels)
    if not (count and np.isfinite(probabilities).all()):
        return None
    order, misread = take_surest(probabilities, labels)
    confidence, points = probabilities.max(axis=1)[order], list[CoveragePoint]()
    for share in COVERAGES:
        taken = -(-count * share // 1000)
        points.append(
            CoveragePoint(
                coverage=share / 1000,
                count=taken,
                accuracy=(taken - int(misread[taken - 1])) / taken,
                confidence=float(confidence[taken - 1]),
            )
        )
    risks = (wrong / taken for taken, wrong in enumerate(misread.tolist(), start=1))
    return RiskCoverage(points=points, aurc=math.fsum(risks) / count)


def take_surest(
    probabilities: NDArray[np.float32], labels: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rank pictures by confidence, highest first, and count how many of the first 1, 2, ... n are misread.

    The sort key is the sum of the other classes' probabilities, because float32 rounds many confidences to 1. Among
    ties, misread pictures come first, so that the order of the split cannot flatter the curve.

    Args:
        probabilities: float32 [n, classes].
        labels: int32 [n], the true classes.

    Returns:
        The positions of the pictures, int64 [n], and the counts, int64 [n].
    """
    import numpy as np

    read = probabilities.argmax(axis=1)
    others = probabilities.astype(np.float64)
    others[np.arange(len(labels)), read] = 0
    right = read == labels
    order = np.lexsort((right, others.sum(axis=1)))
    return order, np.cumsum(~right[order])
