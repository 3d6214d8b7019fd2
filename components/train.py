"""Train a network by a recipe, keeping the round with the lowest validation loss."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import Field, model_validator

from learning.training.recipes import RECIPES, Recipe
from schemas.artifacts.artifact import Output
from schemas.artifacts.examples import Examples, Split
from schemas.artifacts.model import History, Model
from schemas.artifacts.picture_set import PictureSet
from schemas.artifacts.transform import Transform
from schemas.errors import StageError

__all__ = ["TrainConfig", "train"]

STRANGERS = 10_000  # most pictures of no digit that are drawn; in a long training each is shown several times


class TrainConfig(Recipe):
    """Settings of the train stage: a recipe, and settings that override it."""

    recipe: Literal["fast", "standard", "best", "mlp"] = "standard"
    """Supplies all settings that are not set here; the defaults shown are those of `standard`."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of the initial weights, the order of the pictures, their distortions and dropout."""
    allow_untrained: bool = Field(default=False, json_schema_extra={"counts": "never"})
    """Whether a network that learned nothing is kept, rather than failing the stage."""

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, settings: Any) -> Any:  # noqa: ANN401  (not validated yet)
        if not isinstance(settings, dict):
            return settings
        given = cast("dict[str, Any]", settings)
        recipe = RECIPES.get(str(given.get("recipe")), {})
        if isinstance(given.get("augment"), dict) and recipe.get("augment"):
            given = {**given, "augment": {**recipe["augment"], **given["augment"]}}
        return {**recipe, **given}

    @model_validator(mode="after")
    def _check_rounds(self) -> TrainConfig:
        if self.steps % self.rounds:
            raise ValueError(f"steps must be a multiple of rounds, but {self.steps} is not a multiple of {self.rounds}")
        return self


def train(examples: Examples, transform: Transform, model: Output[Model], config: TrainConfig) -> None:
    """Train the recipe's network; the same inputs, seed, threads and library versions yield the same weights.

    Raises:
        StageError: the training diverged, or the network learned nothing and allow_untrained is not set.
    """
    from learning.synthetic.low_resolution import with_lowered
    from learning.synthetic.strangers.draw import draw_strangers
    from learning.training import session
    from learning.training.curves import draw_curves
    from learning.training.fit import fit
    from learning.training.networks import BUILDERS
    from schemas.progress import report_part, tell

    session.restart(config.seed)
    tell(f"trains on {session.device()}")
    report_part("building the network")
    data, validation = examples.read("train"), examples.read("validation")
    network = BUILDERS[config.network](transform, len(data.classes), config.seed)
    shown = config.strangers * config.steps
    strangers = draw_strangers(data, min(STRANGERS, shown), config.seed) if shown else None
    history = fit(
        network,
        with_lowered(data, config.lowered, config.seed),
        validation,
        config,
        seed=config.seed,
        scratch=model.scratch,
        logs=model.logs,
        strangers=strangers,
    )
    _check_learned(history, validation, config)
    pictures = PictureSet.of(data.images, validation.images)
    Model.write(model.path, network, data.classes, history, pictures)
    draw_curves(history, model.path / Model.CURVES)


def _check_learned(history: History, validation: Split, config: TrainConfig) -> None:
    from learning.training.learned import why_untrained
    from schemas.progress import tell

    why = why_untrained(history.rounds[history.best], validation.labels)
    if not why:
        return
    if config.allow_untrained:
        tell(f"warning: the network learned nothing: {why}")
        return
    raise StageError(
        f"the network learned nothing in {config.steps:,} steps",
        found=why,
        expected="a network that reads more than chance",
        do="look at pictures and labels with digits report; then set another train.learning_rate, more train.steps, or "
        "train.recipe=fast; train.allow_untrained=true keeps the network",
    )
