"""A recipe supplies the settings that are not given, and a training that learned nothing fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from components.train import TrainConfig, train
from learning.training.recipes import RECIPES
from learning.training.session import device
from schemas.artifacts.examples import Examples
from schemas.artifacts.model import Model
from schemas.artifacts.transform import Transform
from schemas.errors import StageError
from tests.samples import make_output, make_split, make_transform
from tests.varied import THREADS


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_valid(name: str) -> None:
    """The settings of each recipe are valid, and it supplies them."""
    settings = TrainConfig.model_validate({"recipe": name}).model_dump()
    assert {key: settings[key] for key in RECIPES[name]} == RECIPES[name]


def test_standard_is_the_default() -> None:
    """Without any setting the recipe is standard."""
    assert TrainConfig() == TrainConfig.model_validate({"recipe": "standard"})


def test_a_given_setting_overrides_the_recipe() -> None:
    """A given setting overrides the recipe, which supplies the others."""
    config = TrainConfig.model_validate({"recipe": "mlp", "learning_rate": 0.01})
    assert (config.learning_rate, config.network) == (0.01, "mlp")


def test_one_distortion_may_be_given() -> None:
    """A given distortion leaves the others to the recipe."""
    settings = TrainConfig.model_validate({"recipe": "best", "augment": {"rotation": 0}}).model_dump()
    assert settings["augment"] == RECIPES["best"]["augment"] | {"rotation": 0.0}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"recipe": "slow"}, "'fast', 'standard', 'best' or 'mlp'"),
        ({"steps": 1001}, "steps must be a multiple of rounds, but 1001 is not a multiple of 5"),
        ({"learning_rate": 0}, "greater than 0"),
        ({"label_smoothing": 1}, "less than 1"),
        ({"epochs": 5}, "Extra inputs are not permitted"),
    ],
)
def test_an_invalid_setting_is_refused(settings: dict[str, object], message: str) -> None:
    """An invalid setting is refused with the valid values."""
    with pytest.raises(ValidationError, match=message):
        TrainConfig.model_validate(settings)


@pytest.mark.usefixtures("tensorflow_session")
def test_the_device_is_named() -> None:
    """Without a GPU, the device is the CPU with the requested threads."""
    assert device() == f"the CPU, {THREADS} thread{'s' if THREADS > 1 else ''}"


@pytest.fixture
def unlearnable(tmp_path: Path) -> tuple[Examples, Transform]:
    """Return pictures of noise whose labels are drawn by chance."""
    (tmp_path / "examples").mkdir()
    for seed, name in enumerate(("train", "validation")):
        labels = np.random.default_rng(seed).integers(0, 10, 100).tolist()
        Examples.write(tmp_path / "examples", name, make_split(labels, seed=seed))
    return Examples(tmp_path / "examples"), make_transform(tmp_path / "transform", 0.5, 0.29)


SHORT = {"recipe": "mlp", "steps": 2, "rounds": 1, "learning_rate": 1e-9, "strangers": 0, "lowered": 0}


@pytest.mark.usefixtures("tensorflow_session")
def test_a_network_that_learned_nothing_fails_the_stage(
    unlearnable: tuple[Examples, Transform], tmp_path: Path
) -> None:
    """The error says what chance reaches and what to try; nothing is written."""
    output = make_output(Model, tmp_path / "model")
    with pytest.raises(StageError, match="the network learned nothing in 2 steps") as caught:
        train(*unlearnable, output, TrainConfig.model_validate(SHORT))
    assert "train.allow_untrained=true" in caught.value.do
    assert list(output.path.iterdir()) == []


@pytest.mark.usefixtures("tensorflow_session")
def test_a_network_that_learned_nothing_can_be_kept(unlearnable: tuple[Examples, Transform], tmp_path: Path) -> None:
    """With allow_untrained the network is kept."""
    output = make_output(Model, tmp_path / "model")
    train(*unlearnable, output, TrainConfig.model_validate(SHORT | {"allow_untrained": True}))
    assert Model(output.path).classes == tuple("0123456789")
