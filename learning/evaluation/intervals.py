"""Confidence intervals: score intervals for shares, bootstrap intervals for other figures."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "RESAMPLES",
    "effective_count",
    "percentiles",
    "resample_confusion",
    "resample_pictures",
    "widest",
    "wilson",
    "wilson_f1",
]

# Between seeds, an end of F1's interval has a standard deviation of 2 % of its width (1,000 pictures, 60 seeds).
RESAMPLES = 2000


def wilson(right: float, count: float, confidence: float) -> tuple[float, float]:
    """Return the two-sided score interval of a share (Wilson 1927, https://doi.org/10.2307/2276774).

    Example: 980 of 1,000 at 95 % is 0.9693 to 0.9871. Its coverage stays close to nominal for small samples and near
    0 and 1, unlike the textbook (Wald) interval (Brown, Cai, DasGupta 2001, https://doi.org/10.1214/ss/1009213286).

    Args:
        right: 0 to *count*.
        count: above 0; fractional if it is an effective sample size (`effective_count`).
        confidence: between 0 and 1, exclusive.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = right / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = (spread * share * (1 - share) + spread * spread / 4) ** 0.5 / (1 + spread)
    return (0.0 if right == 0 else middle - half), (1.0 if right == count else middle + half)


def wilson_f1(right: int, errors: int, confidence: float) -> tuple[float, float]:
    """Return the two-sided interval of an F1 score (Lam, Gopal, Qian 2023, https://arxiv.org/abs/2309.14621).

    F1 = 2 F / (1 + F), where F is a share: of the pictures that show a digit or are read as it, those that do both.
    The ends of F's Wilson interval are mapped by this formula.

    Args:
        right: pictures of the digit that are read as it.
        errors: pictures of it read as another, plus pictures of another read as it; *right* + *errors* is above 0.
        confidence: between 0 and 1, exclusive.
    """
    low, high = (2 * end / (1 + end) for end in wilson(right, right + errors, confidence))
    return low, high


def effective_count(counts: NDArray[np.float64]) -> float:
    """Return Kish's effective sample size (1965, Survey Sampling) of the plain mean of several shares.

    It equals the total count if all shares have equal counts, and is lower otherwise. Wilson's interval with this
    count is the usual interval of a weighted share (Korn and Graubard 1998).

    Args:
        counts: number of pictures behind each share, float64 [k], above 0.
    """
    return float(len(counts) ** 2 / (1 / counts).sum())


def widest(*intervals: tuple[float, float]) -> tuple[float, float]:
    """Return the smallest interval that contains all of these."""
    return min(low for low, _ in intervals), max(high for _, high in intervals)


def percentiles(draws: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    """Return the percentile interval (Efron 1979) of a figure's values in resamples, [resamples]; NaN is ignored.

    If all pictures have the same outcome, all draws are equal and the interval has zero width, however small the
    sample: a bootstrap never draws an outcome that was not observed. Combine it with an interval that depends on the
    count, such as Wilson's.
    """
    import numpy as np

    tail = 50 * (1 - confidence)
    low, high = np.nanpercentile(draws, [tail, 100 - tail])
    return float(low), float(high)


def resample_confusion(confusion: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return the confusion matrices of RESAMPLES bootstrap samples, int64 [RESAMPLES, k, k].

    Args:
        confusion: int64 [k, k], at least one picture.
        seed: the same confusion and seed yield the same draws.
    """
    import numpy as np

    cells = confusion.reshape(-1)
    drawn = np.random.Generator(np.random.PCG64(seed)).multinomial(cells.sum(), cells / cells.sum(), RESAMPLES)
    return drawn.reshape(RESAMPLES, *confusion.shape)


def resample_pictures(values: NDArray[np.float64], groups: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Return the sum of a value by group in RESAMPLES bootstrap samples, float64 [RESAMPLES, groups].

    Args:
        values: of each picture, float64 [n], n at least 1.
        groups: group of each picture, int64 [n], from 0.
        seed: the same n and seed draw the same pictures, whatever their values.
    """
    import numpy as np

    chance, count, width = np.random.Generator(np.random.PCG64(seed)), len(values), int(groups.max()) + 1
    sums = np.empty((RESAMPLES, width))
    for each in sums:
        chosen = chance.integers(0, count, count)
        each[:] = np.bincount(groups[chosen], values[chosen], width)
    return sums
