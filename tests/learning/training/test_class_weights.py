"""Balanced weights are those of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from learning.training.class_weights import balanced_weights


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    """The rarer a class, the more each of its pictures counts."""
    labels = np.repeat(np.arange(3, dtype=np.int32), [70, 20, 10])
    weights: Any = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert balanced_weights(labels, 3).tolist() == pytest.approx(weights.tolist())


def test_a_class_without_pictures_counts_as_if_it_had_one() -> None:
    """No weight is infinite."""
    assert balanced_weights(np.zeros(6, np.int32), 2).tolist() == [0.5, 3.0]
