"""Training: rounds of steps, each followed by a look at the validation split; the best round is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from learning.feed import ordered_batches
from schemas.errors import StageError
from schemas.model import History, Round
from schemas.progress import Progress, report

if TYPE_CHECKING:
    from pathlib import Path

    import keras
    import numpy as np
    import tensorflow as tf

    from schemas.examples import Split

__all__ = ["adam", "fit", "triangular_sgd"]

VALIDATION_BATCH = 1000


def fit(  # noqa: PLR0913  (each is one thing to decide)
    network: keras.Model,
    feed: tf.data.Dataset[tuple[tf.Tensor, tf.Tensor]],
    validation: Split,
    optimizer: keras.optimizers.Optimizer,
    *,
    rounds: int,
    round_steps: int,
    label_smoothing: float,
    logs: Path,
) -> History:
    """Train *network* in place and leave it with the weights of its best round.

    Args:
        network: pictures in, logits out.
        feed: at least rounds * round_steps batches.
        validation: judges each round; at least one picture.
        optimizer: with its schedule.
        rounds: number of rounds.
        round_steps: steps a round.
        label_smoothing: share of the target spread evenly over all classes.
        logs: folder for TensorBoard's events.

    Raises:
        StageError: the loss stopped being a number.
    """
    import keras

    model: Any = network  # Keras's own annotations name only the types of its defaults
    model.compile(
        optimizer=optimizer,
        loss=_smoothed_loss(network.output_shape[-1], label_smoothing),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        jit_compile=False,  # XLA doubles a step with pooling on a CPU
    )
    best = _best_round(rounds, round_steps)
    model.fit(
        feed,
        epochs=rounds,
        steps_per_epoch=round_steps,
        validation_data=ordered_batches(validation, VALIDATION_BATCH),
        callbacks=[best, keras.callbacks.TensorBoard(str(logs), write_graph=False)],
        shuffle=False,
        verbose=0,
    )
    return best.restore()


def triangular_sgd(*, steps: int, peak: float, weight_decay: float) -> keras.optimizers.Optimizer:
    """SGD with Nesterov momentum 0.9; the learning rate climbs to *peak* over a quarter of the steps, then falls to 0.

    Weight decay applies to kernels only: normalisation and biases need their freedom.
    """
    import keras
    import tensorflow as tf

    class Triangular(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step: tf.Tensor) -> tf.Tensor:
            done = tf.cast(step, tf.float32) / steps
            return peak * tf.maximum(tf.minimum(done / 0.25, (1 - done) / 0.75), 0.0)

        def get_config(self) -> dict[str, Any]:
            return {}

    schedule: Any = Triangular()
    optimizer = keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True, weight_decay=weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def adam(learning_rate: float) -> keras.optimizers.Optimizer:
    """Adam at a constant learning rate."""
    import keras

    return keras.optimizers.Adam(learning_rate)


def _smoothed_loss(classes: int, smoothing: float) -> Any:  # noqa: ANN401  (a Keras loss function)
    import keras

    def loss(labels: tf.Tensor, logits: tf.Tensor) -> Any:  # noqa: ANN401
        targets = keras.ops.one_hot(keras.ops.reshape(labels, [-1]), classes)
        return keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=smoothing)

    return loss


def _best_round(rounds: int, round_steps: int) -> Any:  # noqa: ANN401  (a class made where keras is imported)
    import keras

    class BestRound(keras.callbacks.Callback):
        """Reports progress, keeps the figures of each round and the weights of the best."""

        model: Any

        def __init__(self) -> None:
            super().__init__()
            self.rounds: list[Round] = []
            self.best = 0
            self.weights: list[np.ndarray] = []

        def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
            done = len(self.rounds) * round_steps + batch + 1
            figures = {name: logs[name] for name in ("loss", "accuracy")} if logs else {}
            report(Progress(done, rounds * round_steps, "step", figures))

        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            figures = _round_of((epoch + 1) * round_steps, logs or {})
            self.rounds.append(figures)
            if epoch == 0 or figures.validation_loss < self.rounds[self.best].validation_loss:
                self.best, self.weights = epoch, self.model.get_weights()
            shown = {
                "loss": figures.loss,
                "accuracy": figures.accuracy,
                "validation loss": figures.validation_loss,
                "validation accuracy": figures.validation_accuracy,
            }
            report(Progress(figures.step, rounds * round_steps, "step", shown, milestone=True))

        def restore(self) -> History:
            self.model.set_weights(self.weights)
            return History(rounds=self.rounds, best=self.best)

    return BestRound()


def _round_of(step: int, logs: dict[str, float]) -> Round:
    import math

    figures = {
        "loss": float(logs["loss"]),
        "accuracy": float(logs["accuracy"]),
        "validation_loss": float(logs["val_loss"]),
        "validation_accuracy": float(logs["val_accuracy"]),
    }
    if not all(map(math.isfinite, figures.values())):
        raise StageError(
            f"training diverged by step {step}",
            found=", ".join(f"{name} {value}" for name, value in figures.items()),
            do="lower the learning rate",
        )
    return Round(step=step, **figures)
