"""Weights by which all classes count the same in the loss, however few pictures some have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["balanced_weights"]


def balanced_weights(labels: NDArray[np.int32], classes: int) -> NDArray[np.float32]:
    """Return a weight for each class, float32 [classes]; over all pictures, their mean is 1.

    They are scikit-learn's for `class_weight="balanced"`, after King and Zeng (2001, Logistic Regression in Rare Events
    Data): n / (classes * pictures of the class).

    Args:
        labels: int32 [n], of the training pictures.
        classes: number of classes; one without pictures counts as if it had one.
    """
    import numpy as np

    counts = np.bincount(labels, minlength=classes)
    return (len(labels) / (classes * np.maximum(counts, 1))).astype(np.float32)
