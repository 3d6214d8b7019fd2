"""The optimizers and their schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from learning.training.recipes import Recipe

__all__ = ["adam", "build_optimizer", "triangular_sgd"]


def build_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    """Build the optimizer of a recipe."""
    if recipe.optimizer == "adam":
        return adam(recipe.learning_rate)
    return triangular_sgd(
        steps=recipe.steps, peak=recipe.learning_rate, warmup=recipe.warmup, weight_decay=recipe.weight_decay
    )


def triangular_sgd(*, steps: int, peak: float, warmup: float, weight_decay: float) -> keras.optimizers.Optimizer:
    """Return SGD with Nesterov momentum 0.9 and a triangular schedule.

    Args:
        steps: length of the training.
        peak: the highest learning rate, from which it falls linearly to 0.
        warmup: share of the steps, between 0 and 1, in which the rate rises linearly from 0 to *peak*.
        weight_decay: applied to kernels only, not to biases and normalisation parameters.
    """
    import keras
    import tensorflow as tf

    class Triangular(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step: tf.Tensor) -> tf.Tensor:
            done = tf.cast(step, tf.float32) / steps
            return peak * tf.maximum(tf.minimum(done / warmup, (1 - done) / (1 - warmup)), 0.0)

        def get_config(self) -> dict[str, Any]:
            return {}

    schedule: Any = Triangular()
    optimizer = keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True, weight_decay=weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def adam(learning_rate: float) -> keras.optimizers.Optimizer:
    """Return Adam with a constant learning rate."""
    import keras

    return keras.optimizers.Adam(learning_rate)
