"""Train a network in rounds; each round ends with a validation, and the best round is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from learning.training.checkpoint import restore_checkpoint, save_checkpoint
from learning.training.class_weights import balanced_weights
from learning.training.events import Events
from learning.training.feed import NOBODY, ordered_batches, training_batches
from learning.training.optimizer import build_optimizer
from schemas.artifacts.model import History, Round
from schemas.errors import StageError
from schemas.progress import Progress, report, tell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import keras
    import numpy as np
    import tensorflow as tf
    from numpy.typing import NDArray

    from learning.training.recipes import Recipe
    from schemas.artifacts.examples import Split

__all__ = ["fit"]

VALIDATION_BATCH = 1000
STEPS_PER_CALL = 20  # steps run before returning to Python, because each return costs a fifth of a step


def fit(  # noqa: PLR0913  (each is one setting)
    network: keras.Model,
    data: Split,
    validation: Split,
    recipe: Recipe,
    *,
    seed: int,
    scratch: Path,
    logs: Path,
    strangers: NDArray[np.uint8] | None = None,
) -> History:
    """Train *network* in place and leave it with the weights of its best round.

    Each round ends with a checkpoint in *scratch*. A training that finds one there resumes from it and reaches the
    same weights as an uninterrupted training.

    Args:
        network: pictures in, logits out.
        data: the training split.
        validation: the split that decides which round is best; at least one picture.
        recipe: settings of the training.
        seed: of the order of the pictures and of their distortions.
        scratch: folder for the checkpoint.
        logs: folder for TensorBoard events.
        strangers: uint8 [m, 28, 28], pictures of no class, of which each step has `recipe.strangers`.

    Raises:
        StageError: the training diverged: a loss or an accuracy is not finite.
    """
    round_steps = recipe.steps // recipe.rounds
    weights = balanced_weights(data.labels, len(data.classes)) if recipe.class_weights else None
    model: Any = network  # Keras annotates its parameters with the types of their defaults only
    model.compile(
        optimizer=build_optimizer(recipe),
        loss=_smoothed_loss(network.output_shape[-1], recipe.label_smoothing, weights),
        metrics=[_accuracy()],
        steps_per_execution=max(steps for steps in range(1, STEPS_PER_CALL + 1) if round_steps % steps == 0),
        jit_compile=False,  # on a CPU, XLA doubles the time of a step with pooling
    )
    model.train_function = _several_steps(model)
    keeper = _round_keeper(recipe, scratch, logs, _validator(network, validation, recipe.label_smoothing, weights))
    done = keeper.resume(model)
    if done < recipe.rounds and not keeper.history.is_stale(recipe.patience):
        feed = training_batches(
            data,
            batch_size=recipe.batch_size,
            steps=recipe.steps,
            seed=seed,
            augment=recipe.augment,
            first=done * round_steps,
            strangers=strangers,
            beside=0 if strangers is None else recipe.strangers,
        )
        model.fit(
            feed,
            initial_epoch=done,
            epochs=recipe.rounds,
            steps_per_epoch=round_steps,
            callbacks=[keeper],
            shuffle=False,
            verbose=0,
        )
    model.set_weights(keeper.weights)
    return keeper.history


def _several_steps(model: Any) -> Any:  # noqa: ANN401  (Keras's train function)
    """Return Keras's train function for `steps_per_execution`, traced once: Keras's own six traces take a second."""
    from functools import cache

    import tensorflow as tf

    def train(iterator: Any) -> Any:  # noqa: ANN401
        def body(done: tf.Tensor) -> list[Any]:
            model.train_step(next(iterator))
            return [done + 1]

        tf.while_loop(lambda done: done < model.steps_per_execution, body, [tf.constant(0)], parallel_iterations=1)
        return model.get_metrics_result()

    train_function: Any = tf.function(train, autograph=False)
    traced = cache(train_function.get_concrete_function)
    return lambda iterator: traced(iterator)(iterator)


def _smoothed_loss(classes: int, smoothing: float, weights: NDArray[np.float32] | None) -> Any:  # noqa: ANN401  (a Keras loss function)
    """Return the cross-entropy with smoothed targets; a picture of no class has an even one, less its entropy.

    With *weights*, one for each class, that of a picture counts by the weight of its class; without a class, by 1.
    """
    import math

    import keras

    def loss(labels: tf.Tensor, logits: tf.Tensor) -> Any:  # noqa: ANN401
        flat = keras.ops.reshape(labels, [-1])
        nobody: Any = keras.ops.cast(keras.ops.equal(flat, NOBODY), "float32")
        own: Any = keras.ops.one_hot(flat, classes)
        targets = (1 - smoothing) * own + (smoothing + (1 - smoothing) * nobody)[:, None] / classes
        surprise: Any = keras.losses.categorical_crossentropy(targets, logits, from_logits=True)
        surplus = surprise - nobody * math.log(classes)
        if weights is None:
            return surplus
        own_weight: Any = keras.ops.sum(own * weights, axis=-1)
        return surplus * (own_weight + nobody)

    return loss


def _accuracy() -> Any:  # noqa: ANN401  (its class is defined where keras is imported)
    import keras

    class Accuracy(keras.metrics.SparseCategoricalAccuracy):
        """Share of the pictures with a class that are read right."""

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:  # noqa: ANN401
            del sample_weight
            return super().update_state(y_true, y_pred, keras.ops.cast(keras.ops.not_equal(y_true, NOBODY), "float32"))

    return Accuracy(name="accuracy")


def _validator(
    network: keras.Model, validation: Split, smoothing: float, weights: NDArray[np.float32] | None
) -> Callable[[], dict[str, float]]:
    """Return a function that validates the network; Keras's own validation traces three times more, for 0.4 s."""
    import numpy as np
    import tensorflow as tf
    from scipy.special import log_softmax

    pictures = tf.TensorSpec([None, *validation.images.shape[1:]], tf.uint8)
    shares = None if weights is None else weights[validation.labels]
    infer: Any = tf.function(lambda images: network(images, training=False)).get_concrete_function(pictures)

    def validate() -> dict[str, float]:
        batches = ordered_batches(validation, VALIDATION_BATCH)
        logits = np.concatenate([infer(images).numpy() for images, _ in batches]).astype(np.float64)
        surprise = -log_softmax(logits, axis=1)
        own = np.take_along_axis(surprise, validation.labels[:, np.newaxis], axis=1)[:, 0]
        loss = np.average((1 - smoothing) * own + smoothing * surprise.mean(axis=1), weights=shares)
        return {"val_loss": float(loss), "val_accuracy": float(np.mean(logits.argmax(axis=1) == validation.labels))}

    return validate


def _round_keeper(recipe: Recipe, scratch: Path, logs: Path, validate: Callable[[], dict[str, float]]) -> Any:  # noqa: ANN401  (its class is defined where keras is imported)
    import keras

    round_steps = recipe.steps // recipe.rounds
    events = Events(logs)

    class RoundKeeper(keras.callbacks.Callback):
        """Reports progress, keeps the history and the best weights, and saves a checkpoint after each round."""

        model: Any

        def __init__(self) -> None:
            super().__init__()
            self.history = History(rounds=[], best=0)
            self.weights: list[NDArray[np.float32]] = []

        def resume(self, model: Any) -> int:  # noqa: ANN401
            """Resume from the checkpoint, if there is one, and return the number of finished rounds."""
            if found := restore_checkpoint(scratch, model):
                self.history, self.weights = found
                tell(f"resumes at step {self.history.rounds[-1].step} of {recipe.steps}")
            return len(self.history.rounds)

        def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
            done = len(self.history.rounds) * round_steps + batch + 1
            figures = {name: logs[name] for name in ("loss", "accuracy")} if logs else {}
            report(Progress(done, recipe.steps, "step", figures))

        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            figures = _round_of((epoch + 1) * round_steps, (logs or {}) | validate())
            events.write(figures)
            self.history = self.history.with_round(figures)
            if self.history.best == epoch:
                self.weights = self.model.get_weights()
            save_checkpoint(scratch, self.model, self.history, self.weights)
            self.model.stop_training = self.history.is_stale(recipe.patience)
            shown = {
                "loss": figures.loss,
                "accuracy": figures.accuracy,
                "validation loss": figures.validation_loss,
                "validation accuracy": figures.validation_accuracy,
            }
            report(Progress(figures.step, recipe.steps, "step", shown, milestone=True))
            if self.model.stop_training:
                tell(f"stops at step {figures.step}: no lower validation loss in {recipe.patience} rounds")

    return RoundKeeper()


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
