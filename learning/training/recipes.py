"""The training recipes; the defaults of Recipe are `standard`, and the other recipes list their differences.

docs/measurements.md shows what each setting gains. Lengths are in steps, so a small data set trains as long as a
large one.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from learning.training.augment import AugmentConfig
from schemas.settings.config import Config, FunctionName

__all__ = ["RECIPES", "Recipe"]

Share = Annotated[float, Field(ge=0, lt=1)]


class Recipe(Config):
    """All settings of a training except the data and the seed; the defaults are those of `standard`."""

    network: Literal["mlp", "cnn", "deep"] | FunctionName = Field(default="cnn", json_schema_extra={"code": True})
    """The architecture, defined in learning/training/networks.py; or a function of yours, such as `mynets.wide` for
    `def wide(transform, classes, seed)` in mynets.py beside pipeline.yaml."""
    steps: PositiveInt = 1800
    """Length of the training; eight times as many steps gained 0.07 points of validation accuracy."""
    rounds: PositiveInt = 5
    """Validations, one every steps / rounds steps; the best round is kept, and training resumes after the last."""
    patience: PositiveInt | None = None
    """Rounds without a lower validation loss after which training stops; null never stops it. The schedule of sgd ends
    with the last step, so stopping early suits adam."""
    batch_size: PositiveInt = 128
    """Pictures per step."""
    optimizer: Literal["sgd", "adam"] = "sgd"
    """`sgd` with Nesterov momentum 0.9 and a triangular schedule, or `adam` with a constant rate."""
    learning_rate: PositiveFloat = 1.0
    """The constant rate of adam, or the peak of sgd's schedule, which falls to 0 at the end."""
    warmup: Annotated[float, Field(gt=0, lt=1)] = 0.25
    """Share of the steps in which sgd's rate rises to its peak; a short training needs a quick start."""
    weight_decay: NonNegativeFloat = 0.0005
    """Weight decay of sgd, on kernels only, not on biases and normalisation parameters."""
    label_smoothing: Share = 0.05
    """Share of the target that is spread evenly over all classes."""
    class_weights: Literal["balanced"] | None = None
    """`balanced` gives every class the same weight in the loss, however few its training pictures are."""
    strangers: NonNegativeInt = 32
    """Pictures per step, beside those of the batch, that are no digits: the network learns to be sure of none of them.
    With other classes than 0 to 9 they are mixtures of the training pictures."""
    lowered: Share = 0.12
    """Copies of training pictures at low resolution, 7 to 20 pixels high, stretched, with other pens, that are added to
    them, as a share of them."""
    saved: NonNegativeInt = 0
    """Copies of training pictures that are added to them, for each of 12 ways in which people save digits, as the front
    end reads them. 500 take two minutes of a processor."""
    augment: AugmentConfig | None = AugmentConfig()
    """Limits of the distortions of training pictures; null turns augmentation off."""


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
    # As in the tutorials: about five epochs of the full MNIST.
    "mlp": {
        "network": "mlp",
        "steps": 8500,
        "rounds": 17,
        "batch_size": 32,
        "strangers": 8,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "weight_decay": 0.0,
        "label_smoothing": 0.0,
        "augment": None,
    },
}
