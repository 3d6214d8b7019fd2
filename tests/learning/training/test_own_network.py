"""A network of the user's is checked before it is trained, and each error says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from learning.training.own_network import build_own
from schemas.artifacts.examples import SIDE
from schemas.artifacts.transform import Transform
from schemas.errors import StageError
from tests.samples import make_transform

CLASSES = 3
IMPORTS = """\
import keras
from keras import layers
"""
NETWORK = """
def build(transform, classes, seed):
    images = keras.Input((28, 28), dtype="uint8")
    x = layers.Rescaling(transform.scale, transform.offset)(images)
    x = layers.Flatten()(x)
    return keras.Model(images, layers.Dense(classes)(x))
"""

pytestmark = pytest.mark.usefixtures("tensorflow_session")


@pytest.fixture
def transform(tmp_path: Path) -> Transform:
    """Return a normalisation."""
    return make_transform(tmp_path / "transform")


@pytest.fixture
def built(transform: Transform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Return a function that builds the network of a module with this text."""
    monkeypatch.syspath_prepend(tmp_path)
    name = f"net_of_{tmp_path.name}"

    def build(text: str) -> Any:  # noqa: ANN401  (a Keras model)
        (tmp_path / f"{name}.py").write_text(IMPORTS + text, encoding="utf-8")
        return build_own(f"{name}.build", transform, CLASSES, 0)

    return build


def test_a_valid_network_is_built(built: Callable[[str], Any]) -> None:
    """Pictures go in and logits come out; no layer needs a name."""
    logits = built(NETWORK)(np.zeros((5, SIDE, SIDE), np.uint8))
    assert logits.shape == (5, CLASSES)


def test_the_check_leaves_the_weights_alone(built: Callable[[str], Any]) -> None:
    """Two builds begin with the same weights, as a training and its repetition must."""
    first, second = (built(NETWORK).get_weights() for _ in range(2))
    assert [each.tobytes() for each in first] == [each.tobytes() for each in second]


@pytest.mark.parametrize(
    ("change", "headline", "found"),
    [
        ({"(classes)(x))": "(classes)(x)"}, "cannot be imported", "SyntaxError"),
        ({"def build": "def other"}, "cannot be imported", "has no attribute 'build'"),
        ({"transform, classes, seed": "classes"}, "failed", "takes 1 positional argument but 3 were given"),
        ({"layers.Flatten": "layers.Flat"}, "failed", ".py:7"),
        ({"return keras": "_ = keras"}, "returns no network", "None: is a return missing?"),
        ({"(28, 28), ": "(28, 28, 1), "}, "has another input", "uint8 [n, 28, 28, 1]"),
        ({'"uint8"': '"float32"'}, "has another input", "float32 [n, 28, 28]"),
        ({"Dense(classes)": "Dense(classes + 1)"}, "has another output", "float32 [n, 4]"),
        ({"Model(images, ": "Model(images, 2 * [", "(x))": "(x)])"}, "has another output", "float32 [n, 3], float32"),
        ({"Dense(classes)": 'Dense(classes, dtype="float16")'}, "has another output", "float16 [n, 3]"),
        ({"Dense(classes)": "Dense(classes, trainable=False)"}, "has nothing to train", "no trainable weights"),
        ({"Dense(classes)": 'Dense(classes, activation="softmax")'}, "returns probabilities", "with the sum 1"),
        ({"Flatten()(x)": "Flatten()(x / 0)"}, "returns what is not a number", "nan"),
        ({"Flatten()": "Lambda(lambda x: x[:, :, 0])"}, "uses what plain Keras cannot load", "Lambda"),
        ({"Dense(classes)": "Dense(classes, activation=build)"}, "uses what plain Keras cannot load", "build"),
        ({"(classes)(x))": "(classes)(keras.ops.stop_gradient(layers.Dense(9)(x))))"}, "cannot learn", "no way"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(
    built: Callable[[str], Any], change: dict[str, str], headline: str, found: str
) -> None:
    """The error names the function, says what is wrong with it, and what was found."""
    text = NETWORK
    for old, new in change.items():
        text = text.replace(old, new)
    with pytest.raises(StageError) as caught:
        built(text)
    assert (headline in str(caught.value), found in str(caught.value)) == (True, True), str(caught.value)


def test_a_network_without_an_input_is_refused(built: Callable[[str], Any]) -> None:
    """A Sequential has to begin with its input."""
    with pytest.raises(StageError, match="has no input") as caught:
        built("def build(*_):\n    return keras.Sequential([layers.Flatten(), layers.Dense(3)])\n")
    assert 'keras.Input((28, 28), dtype="uint8")' in caught.value.expected


def test_a_subclassed_network_is_refused(built: Callable[[str], Any]) -> None:
    """Its class is the user's, which another program does not have."""
    text = "class Net(keras.Model):\n    def __init__(self, count):\n        super().__init__()\n"
    with pytest.raises(StageError, match="uses what plain Keras cannot load") as caught:
        built(f"{text}\n\ndef build(transform, classes, seed):\n    return Net(classes)\n")
    assert caught.value.found == "Net"


def test_a_network_that_differs_each_time_is_refused(built: Callable[[str], Any]) -> None:
    """A name that counts the builds would give equal models other digests."""
    text = NETWORK.replace("Flatten()", "Flatten(name=f'flat_{count.append(1) or len(count)}')")
    with pytest.raises(StageError, match="builds another network each time"):
        built(f"count = []\n{text}")
