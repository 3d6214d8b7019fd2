"""How far a figure may be off by chance: intervals of shares, and of figures that are none."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "RESAMPLES",
    "even_count",
    "percentiles",
    "resample_confusion",
    "resample_pictures",
    "widest",
    "wilson",
    "wilson_f1",
]

RESAMPLES = 2000


def wilson(right: float, count: float, confidence: float) -> tuple[float, float]:
    """Give the two-sided score interval of a share (Wilson 1927, https://doi.org/10.2307/2276774).

    At 95 % 980 of 1,000 give 0.9693 to 0.9871. It keeps its promise with few pictures and near 0 and 1, where
    the textbook's interval does not (Brown, Cai, DasGupta 2001, https://doi.org/10.1214/ss/1009213286).

    Args:
        right: 0 to *count*.
        count: above 0; no whole number where it is an effective one (`even_count`).
        confidence: 0 to 1, both excluded.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = right / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = (spread * share * (1 - share) + spread * spread / 4) ** 0.5 / (1 + spread)
    return (0.0 if right == 0 else middle - half), (1.0 if right == count else middle + half)


def wilson_f1(right: int, errors: int, confidence: float) -> tuple[float, float]:
    """Give the two-sided interval of an F1 by way of a share (Lam, Gopal, Qian 2023, https://arxiv.org/abs/2309.14621).

    Of the pictures that are a digit or are read as it the share that is both, F, is one: F1 = 2 F / (1 + F).

    Args:
        right: pictures of the digit that are read as it.
        errors: pictures of it read as another, and of another read as it; one of both at least is not 0.
        confidence: 0 to 1, both excluded.
    """
    low, high = (2 * end / (1 + end) for end in wilson(right, right + errors, confidence))
    return low, high


def even_count(counts: NDArray[np.float64]) -> float:
    """Give of how many pictures the plain mean of shares is as sure as one share of so many.

    It is Kish's effective sample size (1965, Survey Sampling): as many as there are where each share is of equally
    many, fewer where not. Wilson's interval of that many is the usual one of weighted shares (Korn and Graubard 1998).

    Args:
        counts: of the pictures of each share, [k], above 0.
    """
    return float(len(counts) ** 2 / (1 / counts).sum())


def widest(*intervals: tuple[float, float]) -> tuple[float, float]:
    """Give the interval that holds all of these."""
    return min(low for low, _ in intervals), max(high for _, high in intervals)


def percentiles(draws: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    """Give the percentile interval (Efron 1979) of a figure's values in resamples, [resamples]; nan does not count.

    Pictures that are all alike give draws that are all alike, and so an interval without width, however few they are:
    what has not been seen is not drawn. It is no evidence by itself, only with an interval that knows of the count.
    """
    import numpy as np

    tail = 50 * (1 - confidence)
    low, high = np.nanpercentile(draws, [tail, 100 - tail])
    return float(low), float(high)


def resample_confusion(confusion: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Draw pictures again with replacement, as often as there are: their confusion matrices, [RESAMPLES, k, k].

    Args:
        confusion: [k, k], at least one picture.
        seed: the same confusion and seed give the same draws.
    """
    import numpy as np

    cells = confusion.reshape(-1)
    drawn = np.random.Generator(np.random.PCG64(seed)).multinomial(cells.sum(), cells / cells.sum(), RESAMPLES)
    return drawn.reshape(RESAMPLES, *confusion.shape)


def resample_pictures(values: NDArray[np.float64], groups: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Draw pictures again with replacement, as often as there are: sums of a value by group, [RESAMPLES, groups].

    Args:
        values: of each picture, [n], n at least 1.
        groups: the group of each picture, [n], 0 and up.
        seed: the same n and seed draw the same pictures, whatever their values.
    """
    import numpy as np

    chance, count, width = np.random.Generator(np.random.PCG64(seed)), len(values), int(groups.max()) + 1
    sums = np.empty((RESAMPLES, width))
    for each in sums:
        chosen = chance.integers(0, count, count)
        each[:] = np.bincount(groups[chosen], values[chosen], width)
    return sums
