"""A network whose readings are known, and one evaluation of it."""

from __future__ import annotations

import numpy as np
import pytest

from schemas.artifacts.examples import PIXELS, SIDE
from schemas.artifacts.model import Model
from tests.components.evaluate.stage import GREYS, LABELS, RULES, STRENGTH, Evaluated, evaluate_split, pictures
from tests.samples import DIGITS, HISTORY, seal


@pytest.fixture(scope="package")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Make a network whose logit of class k is pixel k of the first row, so that a picture fixes its reading."""
    import keras

    folder = tmp_path_factory.mktemp("model")
    inputs = keras.Input((SIDE, SIDE), dtype="uint8", name="images")
    flat = keras.layers.Flatten(name="flatten")(keras.layers.Rescaling(1 / 255, name="normalise")(inputs))
    network = keras.Model(inputs, keras.layers.Dense(len(DIGITS), name="logits")(flat))
    network.get_layer("logits").set_weights([np.eye(PIXELS, len(DIGITS)) * STRENGTH, np.zeros(len(DIGITS))])
    (folder / "model").mkdir()
    Model.write(folder / "model", network, DIGITS, HISTORY)
    return seal(Model, folder / "model")


@pytest.fixture(scope="package")
def evaluated(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    """Evaluate random readings of 400 pictures once."""
    return evaluate_split(tmp_path_factory.mktemp("evaluated"), model, pictures(LABELS, GREYS), RULES)
