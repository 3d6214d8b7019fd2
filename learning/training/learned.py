"""Tell whether a training learned anything: whether the network reads more than one that always says the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from schemas.artifacts.model import Round

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["why_untrained"]

NEAR = 0.97  # of the loss of a network that knows only how frequent the classes are
DEVIATIONS = 3  # standard deviations of the share read right by chance


def why_untrained(best: Round, labels: NDArray[np.int32], weights: NDArray[np.float32] | None = None) -> str:
    """Return what shows that a network learned nothing, in words; empty if it learned something.

    Args:
        best: the best round of the training.
        labels: int32 [n], of the validation pictures, at least one.
        weights: float32 [classes], by which each class counts in the loss; None if all pictures count the same.
    """
    import numpy as np

    shares = np.bincount(labels) / len(labels)
    chance = float(shares.max())
    limit = chance + DEVIATIONS * math.sqrt(chance * (1 - chance) / len(labels))
    counted = shares if weights is None else shares * weights[: len(shares)] / (shares * weights[: len(shares)]).sum()
    entropy = -float(sum(share * math.log(share) for share in counted.tolist() if share))
    if best.validation_accuracy > limit or best.validation_loss < NEAR * entropy:
        return ""
    return (
        f"validation accuracy {best.validation_accuracy:.4f}, where one answer to all pictures reaches {chance:.4f}; "
        f"validation loss {best.validation_loss:.4f}, where the frequencies of the classes alone give {entropy:.4f}"
    )
