"""Fit a network to the train split and keep its best round by the validation split."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from learning.augment import AugmentConfig
from schemas.artifact import Output
from schemas.config import Config
from schemas.examples import Examples, Split
from schemas.model import History, Model
from schemas.transform import Transform

if TYPE_CHECKING:
    from pathlib import Path

    import keras

__all__ = ["CnnConfig", "MlpConfig", "TrainConfig", "train"]

Share = Annotated[float, Field(ge=0, lt=1)]


class MlpConfig(Config):
    """The plain network people know, trained by Adam."""

    hidden: tuple[PositiveInt, ...] = (512,)
    """Units of each dense layer."""
    dropout: Share = 0.2
    """Share of units dropped after each dense layer while training."""
    rounds: PositiveInt = 17
    """Looks at the validation split; the best round is kept."""
    round_steps: PositiveInt = 500
    """Steps a round; 17 times 500 steps are five passes over the full MNIST."""
    batch_size: PositiveInt = 32
    """Pictures a step."""
    learning_rate: PositiveFloat = 0.001
    """Of Adam."""


class CnnConfig(Config):
    """The convolutional network, trained by SGD on lightly distorted pictures."""

    rounds: PositiveInt = 40
    """Looks at the validation split; the best round is kept."""
    round_steps: PositiveInt = 100
    """Steps a round; the length is in steps, so that a small data set trains as long as a large one."""
    batch_size: PositiveInt = 128
    """Pictures a step."""
    learning_rate: PositiveFloat = 0.3
    """Peak of the triangular schedule."""
    weight_decay: NonNegativeFloat = 0.0005
    """On kernels only."""
    label_smoothing: Share = 0.05
    """Share of the target spread evenly over all digits."""
    augment: AugmentConfig = AugmentConfig()
    """How far training pictures are distorted."""


class TrainConfig(Config):
    """Settings of the train stage; only those of the chosen model are used."""

    model: Literal["cnn", "mlp"] = "cnn"
    """The network to train."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of initial weights, order, distortions and dropout."""
    cnn: CnnConfig = CnnConfig()
    """Settings of the convolutional network."""
    mlp: MlpConfig = MlpConfig()
    """Settings of the plain network."""


def train(examples: Examples, transform: Transform, model: Output[Model], config: TrainConfig) -> None:
    """Fit the chosen network; the same inputs, seed, threads and library versions give the same weights."""
    from learning import session

    session.restart(config.seed)
    fitting = _fit_cnn if config.model == "cnn" else _fit_mlp
    data, validation = examples.read("train"), examples.read("validation")
    network, history = fitting(data, validation, transform, config, model.logs)
    Model.write(model.path, network, data.classes, history)


def _fit_cnn(
    data: Split, validation: Split, transform: Transform, config: TrainConfig, logs: Path
) -> tuple[keras.Model, History]:
    from learning import feed, fit, networks

    settings = config.cnn
    steps = settings.rounds * settings.round_steps
    network = networks.build_cnn(transform, len(data.classes), config.seed)
    history = fit.fit(
        network,
        feed.training_batches(
            data, batch_size=settings.batch_size, steps=steps, seed=config.seed, augment=settings.augment
        ),
        validation,
        fit.triangular_sgd(steps=steps, peak=settings.learning_rate, weight_decay=settings.weight_decay),
        rounds=settings.rounds,
        round_steps=settings.round_steps,
        label_smoothing=settings.label_smoothing,
        logs=logs,
    )
    return network, history


def _fit_mlp(
    data: Split, validation: Split, transform: Transform, config: TrainConfig, logs: Path
) -> tuple[keras.Model, History]:
    from learning import feed, fit, networks

    settings = config.mlp
    steps = settings.rounds * settings.round_steps
    network = networks.build_mlp(transform, len(data.classes), settings.hidden, settings.dropout, config.seed)
    history = fit.fit(
        network,
        feed.training_batches(data, batch_size=settings.batch_size, steps=steps, seed=config.seed, augment=None),
        validation,
        fit.adam(settings.learning_rate),
        rounds=settings.rounds,
        round_steps=settings.round_steps,
        label_smoothing=0.0,
        logs=logs,
    )
    return network, history
