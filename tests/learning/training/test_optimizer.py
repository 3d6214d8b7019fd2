"""The learning rate follows its schedule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from learning.training.optimizer import triangular_sgd


def schedule(steps: int = 100, peak: float = 0.3) -> Callable[[int], float]:
    """Return the learning rate of triangular_sgd as a function of the step."""
    optimizer = triangular_sgd(steps=steps, peak=peak, warmup=0.25, weight_decay=0.0)
    return lambda step: float(optimizer._learning_rate(step))  # noqa: SLF001  (Keras exposes only the current one)


@pytest.mark.parametrize(("step", "rate"), [(0, 0.0), (25, 0.3), (100, 0.0), (5, 0.06), (70, 0.12)])
def test_the_learning_rate_is_a_triangle(step: int, rate: float) -> None:
    """The learning rate rises to its peak over a quarter of the steps and falls to zero over the rest."""
    assert schedule()(step) == pytest.approx(rate, abs=1e-6)


def test_the_learning_rate_is_never_negative() -> None:
    """Steps beyond the last have a learning rate of zero."""
    assert schedule()(101) == 0
