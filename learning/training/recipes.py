"""How each network is trained: `standard` in full, the other recipes as what they do otherwise.

What each lever bought is in docs/measurements.md; every length is in steps, so that a small data set trains as long as a
large one.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from learning.training.augment import AugmentConfig
from schemas.settings.config import Config

__all__ = ["RECIPES", "Recipe"]

Share = Annotated[float, Field(ge=0, lt=1)]


class Recipe(Config):
    """Everything that decides a training but its data and its seed; the defaults are those of `standard`."""

    network: Literal["mlp", "cnn", "deep"] = "cnn"
    """In learning/training/networks.py."""
    steps: PositiveInt = 1800
    """Length of the training; eight times as many bought 0.07 points of validation accuracy."""
    rounds: PositiveInt = 5
    """Looks at the validation split, one every steps / rounds: the best round is kept, and the last can be resumed."""
    batch_size: PositiveInt = 128
    """Pictures a step."""
    optimizer: Literal["sgd", "adam"] = "sgd"
    """`sgd` with Nesterov momentum 0.9 and a triangular schedule, or `adam` at a constant rate."""
    learning_rate: PositiveFloat = 1.0
    """Of adam; the peak of sgd's schedule, which falls to 0 at the end: large steps first, small ones last."""
    warmup: Annotated[float, Field(gt=0, lt=1)] = 0.25
    """Share of the steps in which the rate of sgd climbs to its peak; a short training has no time for a slow start."""
    weight_decay: NonNegativeFloat = 0.0005
    """Of sgd, on kernels only: normalisation and biases need their freedom."""
    label_smoothing: Share = 0.05
    """Share of the target spread evenly over all digits."""
    augment: AugmentConfig | None = AugmentConfig()
    """How far training pictures are distorted; null leaves them as they are."""


RECIPES: dict[str, dict[str, Any]] = {
    "fast": {
        "steps": 280,
        "rounds": 1,
        "learning_rate": 1.2,
        "warmup": 0.15,
        "augment": {"rotation": 6.0, "scale": 0.06, "shear": 0.08, "shift": 0.8, "thickness": 0.0},
    },
    "standard": {},
    "best": {
        "network": "deep",
        "steps": 5000,
        "rounds": 20,
        "learning_rate": 0.8,
        "augment": {"rotation": 12.0, "scale": 0.15, "shear": 0.2, "shift": 1.7, "thickness": 1.2},
    },
    # As tutorials train it: five passes over the full MNIST.
    "mlp": {
        "network": "mlp",
        "steps": 8500,
        "rounds": 17,
        "batch_size": 32,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "weight_decay": 0.0,
        "label_smoothing": 0.0,
        "augment": None,
    },
}
