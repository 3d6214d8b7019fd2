"""Hold the answers of a model against a bundle's golden examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.golden import Golden

__all__ = ["deviation", "largest_difference"]


def largest_difference(golden: Golden, probabilities: NDArray[np.float32]) -> float:
    """Return the largest difference of a probability, float32 [n, classes], from the golden one; NaN if one is."""
    import numpy as np

    return float(np.abs(probabilities - golden.probabilities).max(initial=0))


def deviation(golden: Golden, probabilities: NDArray[np.float32], *, exact: bool = True) -> str:
    """Return how answers deviate from the golden ones, in words; '' if they do not.

    Args:
        golden: the pictures and their answers.
        probabilities: float32 [n, classes], answered for the same pictures.
        exact: whether the probabilities must be within the tolerance; if not, only the digits are compared.
    """
    import numpy as np

    expected = golden.probabilities
    if probabilities.shape != expected.shape:
        return f"probabilities of shape {probabilities.shape}, not {expected.shape}"
    other = int(np.sum(probabilities.argmax(axis=1) != expected.argmax(axis=1)))
    if other:
        return f"{other} of {len(expected)} golden examples are read as another digit"
    difference = largest_difference(golden, probabilities)
    if exact and not difference <= golden.tolerance:  # nor if it is not a number
        return f"a probability of a golden example differs by {difference:.2g}, more than {golden.tolerance:g}"
    return ""
