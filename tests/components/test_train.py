"""A recipe supplies the settings that are not given, and a training that learned nothing fails."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from components.train import TrainConfig, train
from learning.training.recipes import RECIPES
from learning.training.session import device
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.examples import Examples
from schemas.artifacts.model import Model
from schemas.artifacts.picture_set import PictureSet
from schemas.artifacts.transform import Transform
from schemas.errors import StageError
from schemas.manifest import MANIFEST, Manifest, hash_files
from tests.inference.pictures import sample
from tests.machines.varied import THREADS
from tests.samples import DIGITS, make_output, make_split, make_transform, seal


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
        ({"network": "wide"}, "'mlp', 'cnn' or 'deep'"),
        ({"patience": 0}, "greater than 0"),
        ({"class_weights": "even"}, "'balanced'"),
        ({"warm_start": "latest"}, "'champion'"),
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


@pytest.mark.usefixtures("tensorflow_session")
def test_saved_copies_are_trained_on(unlearnable: tuple[Examples, Transform], tmp_path: Path) -> None:
    """A digit of each way of saving beside the others yields other weights."""
    digits, (_, transform) = tmp_path / "digits", unlearnable
    digits.mkdir()
    Examples.write(digits, "train", replace(make_split([i % 10 for i in range(100)]), images=sample()[::50]))
    Examples.write(digits, "validation", make_split(list(range(10))))
    weights: list[np.ndarray] = []
    for saved in (0, 1):
        output = make_output(Model, tmp_path / f"model-{saved}")
        settings = SHORT | {"allow_untrained": True, "learning_rate": 0.1, "saved": saved}
        train(Examples(digits), transform, output, TrainConfig.model_validate(settings))
        weights.append(seal(Model, output.path).load().get_layer("logits").get_weights()[0])
    assert not np.array_equal(weights[0], weights[1])


WIDE = """
import keras
from keras import layers


def wide(transform, classes, seed):
    images = keras.Input((28, 28), dtype="uint8")
    x = layers.Flatten()(layers.Rescaling(transform.scale, transform.offset)(images))
    return keras.Model(images, layers.Dense(classes)(x))
"""
WARM = SHORT | {"warm_start": "champion", "allow_untrained": True}


@pytest.mark.usefixtures("tensorflow_session")
def test_a_network_of_ones_own_is_trained(
    unlearnable: tuple[Examples, Transform], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function that the setting names builds the network, and what is written is loaded without it."""
    (tmp_path / "nets_to_train.py").write_text(WIDE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    output = make_output(Model, tmp_path / "model")
    settings = SHORT | {"network": "nets_to_train.wide", "allow_untrained": True}
    train(*unlearnable, output, TrainConfig.model_validate(settings))
    assert seal(Model, output.path).load().count_params() == 785 * 10


@pytest.fixture(scope="module")
def champion(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Return what a training needs of a bundle: a network of one layer that reads everything as 7."""
    import keras

    folder = tmp_path_factory.mktemp("bundle")
    images = keras.Input((28, 28), dtype="uint8", name="images")
    flat = keras.layers.Flatten(name="flatten")(keras.layers.Rescaling(1 / 255, name="normalise")(images))
    network = keras.Model(images, keras.layers.Dense(10, name="logits")(flat))
    network.get_layer("logits").set_weights([np.zeros((784, 10)), np.eye(10)[7]])
    network.save(folder / Bundle.KERAS)
    (folder / Bundle.LABELS).write_text(json.dumps(DIGITS), encoding="utf-8")
    PictureSet.of(make_split([1, 2, 3], seed=7).images).write(folder / Bundle.TRAINED_ON)
    manifest = Manifest(type="Bundle", content="0", files=hash_files(folder))
    (folder / MANIFEST).write_text(manifest.to_document(), encoding="utf-8")
    return Bundle(folder)


@pytest.mark.usefixtures("tensorflow_session")
def test_a_warm_start_goes_on_from_the_champion(
    unlearnable: tuple[Examples, Transform], champion: Bundle, tmp_path: Path
) -> None:
    """After steps of next to nothing the weights are the champion's, and its pictures count as trained on."""
    output = make_output(Model, tmp_path / "model")
    train(*unlearnable, output, TrainConfig.model_validate(WARM), champion)
    model = seal(Model, output.path)
    kernel, bias = model.load().get_weights()
    assert (abs(kernel).max() < 1e-6, bias.argmax(), bias.max() > 0.99) == (True, 7, True)
    assert model.trained_on is not None
    assert model.trained_on.holds(make_split([1, 2, 3], seed=7).images).all()
    assert model.trained_on.holds(unlearnable[0].read("train").images).all()


@pytest.mark.usefixtures("tensorflow_session")
def test_a_warm_start_needs_a_champion(unlearnable: tuple[Examples, Transform], tmp_path: Path) -> None:
    """Without one, the error says how to make the first."""
    with pytest.raises(StageError, match="there is no champion to start from") as caught:
        train(*unlearnable, make_output(Model, tmp_path / "model"), TrainConfig.model_validate(WARM))
    assert "digits run --set train.warm_start=null" in caught.value.do


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (Bundle.KERAS, None, f"has no {Bundle.KERAS} to start from"),
        (Bundle.LABELS, '["left", "right"]', "has other classes than the training pictures"),
    ],
)
@pytest.mark.usefixtures("tensorflow_session")
def test_a_warm_start_needs_a_champion_that_fits(  # noqa: PLR0913, PLR0917
    unlearnable: tuple[Examples, Transform], champion: Bundle, tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    """It must hold the Keras format, and have the classes of the training pictures."""
    shutil.copytree(champion.path, tmp_path / "other")
    (tmp_path / "other" / name).unlink()
    if text:
        (tmp_path / "other" / name).write_text(text, encoding="utf-8")
    output = make_output(Model, tmp_path / "model")
    with pytest.raises(StageError, match=message):
        train(*unlearnable, output, TrainConfig.model_validate(WARM), Bundle(tmp_path / "other"))
