"""Train a network by a recipe, from its first weights or from the champion's, and keep the best round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import Field, model_validator

from learning.training.recipes import RECIPES, Recipe
from schemas.artifacts.artifact import Output
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.examples import Examples, Split
from schemas.artifacts.model import History, Model
from schemas.artifacts.picture_set import PictureSet
from schemas.artifacts.transform import Transform
from schemas.errors import StageError
from schemas.manifest import registered

if TYPE_CHECKING:
    import keras

__all__ = ["TrainConfig", "train"]

WITH_KERAS = "'export.formats=[saved_model, litert, keras]'"
STRANGERS = 10_000  # most pictures of no digit that are drawn; in a long training each is shown several times


class TrainConfig(Recipe):
    """Settings of the train stage: a recipe, and settings that override it."""

    recipe: Literal["fast", "standard", "best", "mlp"] = "standard"
    """Supplies all settings that are not set here; the defaults shown are those of `standard`."""
    warm_start: Literal["champion"] | None = None
    """`champion` trains the champion's model on, in place of a new network, so `network` has no effect. Its bundle must
    hold the format keras. Take a tenth of the recipe's learning rate, or less."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of the initial weights, the order of the pictures, their distortions and dropout."""
    allow_untrained: bool = Field(default=False, json_schema_extra={"counts": "never"})
    """Whether a network that learned nothing is kept, rather than failing the stage."""

    @property
    def takes_champion(self) -> bool:
        """Whether the training starts from the champion."""
        return self.warm_start is not None

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


def train(
    examples: Examples,
    transform: Transform,
    model: Output[Model],
    config: TrainConfig,
    champion: Bundle | None = None,
) -> None:
    """Train a network; the same inputs, seed, threads and library versions yield the same weights.

    Args:
        examples: the splits train and validation.
        transform: the normalisation, which becomes the first layer of a new network.
        model: receives the network, and which pictures it was trained on.
        config: the settings.
        champion: the promoted bundle, whose model is trained on if `warm_start` says so.

    Raises:
        StageError: a network of the user's does not fit, there is no champion to start from or it has other classes,
            the training diverged, or the network learned nothing and allow_untrained is not set.
    """
    from learning.synthetic.low_resolution import with_lowered
    from learning.synthetic.strangers.draw import draw_strangers
    from learning.synthetic.ways import with_saved
    from learning.training import session
    from learning.training.curves import draw_curves
    from learning.training.fit import fit
    from schemas.progress import report_part, tell

    session.restart(config.seed)
    tell(f"trains on {session.device()}")
    report_part("building the network")
    data, validation = examples.read("train"), examples.read("validation")
    network = _load(champion, data.classes) if config.warm_start else _build(config, transform, len(data.classes))
    shown = config.strangers * config.steps
    strangers = draw_strangers(data, min(STRANGERS, shown), config.seed) if shown else None
    copies = with_saved(data, config.saved, config.seed) if config.saved else data
    history = fit(
        network,
        with_lowered(copies, config.lowered, config.seed),
        validation,
        config,
        seed=config.seed,
        scratch=model.scratch,
        logs=model.logs,
        strangers=strangers,
    )
    _check_learned(history, data, validation, config)
    pictures = PictureSet.of(data.images, validation.images)
    if champion and config.warm_start and (before := champion.trained_on):
        pictures = pictures.joined(before)
    Model.write(model.path, network, data.classes, history, pictures)
    draw_curves(history, model.path / Model.CURVES)


def _build(config: TrainConfig, transform: Transform, classes: int) -> keras.Model:
    from learning.training.networks import BUILDERS
    from learning.training.own_network import build_own

    if config.network in BUILDERS:
        return BUILDERS[config.network](transform, classes, config.seed)
    return build_own(config.network, transform, classes, config.seed)


def _load(champion: Bundle | None, classes: tuple[str, ...]) -> keras.Model:
    """Return the champion's network."""
    import keras

    from schemas.progress import tell

    if champion is None:
        raise StageError(
            "there is no champion to start from",
            expected="a promoted model, whose bundle has the format keras",
            do=f"make one: digits run --set train.warm_start=null --set {WITH_KERAS}",
        )
    path = champion.path / Bundle.KERAS
    if not path.is_file():
        raise StageError(
            f"the champion {champion.path.name} has no {Bundle.KERAS} to start from",
            expected="a bundle with the format keras",
            do=f"add it, with the settings that made the champion: digits run --set {WITH_KERAS}, without warm_start",
        )
    if champion.classes != classes:
        raise StageError(
            "the champion has other classes than the training pictures",
            found=f"{', '.join(champion.classes)} in {champion.path.name}",
            expected=", ".join(classes),
            do="train a new network: train.warm_start=null",
        )
    tell(f"starts from the champion {champion.path.name}")
    saving: Any = keras.saving
    return saving.load_model(registered(champion.path, Bundle.KERAS), compile=False)


def _check_learned(history: History, data: Split, validation: Split, config: TrainConfig) -> None:
    from learning.training.class_weights import balanced_weights
    from learning.training.learned import why_untrained
    from schemas.progress import tell

    weights = balanced_weights(data.labels, len(data.classes)) if config.class_weights else None
    why = why_untrained(history.rounds[history.best], validation.labels, weights)
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
