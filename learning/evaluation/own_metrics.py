"""Metrics of the user's: functions of labels and probabilities, each with a bootstrap interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from learning.evaluation.intervals import percentiles
from learning.evaluation.metrics import Figure, Figures
from learning.own_function import own_function
from schemas.errors import StageError
from schemas.progress import report_part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["measure_own"]

DRAWS = 1000
"""Efron and Tibshirani (1993, An Introduction to the Bootstrap, ch. 13) ask for as many for a percentile interval."""


def measure_own(functions: Sequence[str], figures: Figures, seed: int) -> dict[str, Figure]:
    """Return the figure of each function, by the last part of its name.

    Its interval is the percentile interval of the figure in DRAWS bootstrap samples of the pictures; samples in which
    it is not a finite number are left out. A bootstrap cannot see errors that did not occur.

    Args:
        functions: dotted names; each function takes labels, int32 [n], and probabilities, float32 [n, classes], both
            read-only, and returns a number, or NaN where it is not defined.
        figures: the pictures.
        seed: of the bootstrap.

    Raises:
        StageError: a function cannot be imported, fails, or returns no number.
    """
    return {name.rpartition(".")[2]: _measure(name, figures, seed) for name in functions}


def _measure(name: str, figures: Figures, seed: int) -> Figure:
    function, count = own_function(name), len(figures)
    if not count:
        return Figure(math.nan, 0, lambda _: (math.nan, math.nan))
    report_part(f"metric {name}")
    value = _call(function, name, figures.labels, figures.probabilities)

    @cache
    def draws() -> NDArray[np.float64]:
        import numpy as np

        chance = np.random.Generator(np.random.PCG64(seed))
        samples = (chance.integers(0, count, count) for _ in range(DRAWS))
        drawn = [_call(function, name, figures.labels[each], figures.probabilities[each]) for each in samples]
        return np.array([each for each in drawn if math.isfinite(each)])

    def interval(confidence: float) -> tuple[float, float]:
        return percentiles(draws(), confidence) if len(draws()) else (math.nan, math.nan)

    return Figure(value, count, interval)


def _call(
    function: Callable[..., Any], name: str, labels: NDArray[np.int32], probabilities: NDArray[np.float32]
) -> float:
    given = [labels.view(), probabilities.view()]
    for each in given:
        each.flags.writeable = False
    result = function(*given)
    try:
        return float(result)
    except (TypeError, ValueError):
        raise StageError(
            f"{name} returns no number",
            found=f"{type(result).__name__}: {str(result)[:60]}",
            expected="a float; float('nan') where it is not defined",
        ) from None
