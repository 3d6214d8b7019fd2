"""The networks have the size that their docstrings state, and are reproducible."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from learning.training.networks import BUILDERS, build_cnn, build_deep, build_mlp
from schemas.artifacts.model import Model
from schemas.artifacts.transform import Transform
from schemas.manifest import hash_files
from tests.samples import DIGITS, HISTORY, make_split, make_transform, seal

if TYPE_CHECKING:
    import keras

    Build = Callable[[Transform, int], keras.Model]

CLASSES = 10
BUILDS: dict[str, Build] = {
    name: lambda transform, seed, build=build: build(transform, CLASSES, seed) for name, build in BUILDERS.items()
}

each_network = pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)


@pytest.fixture
def transform(tmp_path: Path) -> Transform:
    """Make a normalisation."""
    return make_transform(tmp_path / "transform")


def content(network: keras.Model, folder: Path) -> str:
    """Return the content digest of a network as an artifact."""
    folder.mkdir()
    Model.write(folder, network, DIGITS, HISTORY)
    return Model.content(folder, hash_files(folder))


def floating_point_operations(network: keras.Model) -> float:
    """Count the multiplications and additions in convolutions and dense layers for one picture."""
    import keras

    operations = 0
    for layer in network.layers:
        each: Any = layer
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense):
            operations += 2 * math.prod(each.output.shape[1:-1]) * math.prod(each.kernel.shape)
    return operations


@pytest.mark.parametrize(
    ("build", "weights", "operations"),
    [(build_cnn, 47_770, 1.34e6), (build_deep, 112_258, 5.31e6)],
)
def test_networks_have_the_documented_size(
    transform: Transform, build: Callable[..., keras.Model], weights: int, operations: float
) -> None:
    """The convolutional networks have the weights and operations that their docstrings state."""
    network = build(transform, CLASSES, 0)
    assert (network.count_params(), floating_point_operations(network)) == (
        weights,
        pytest.approx(operations, rel=0.02),
    )


def test_the_mlp_has_two_dense_layers(transform: Transform) -> None:
    """The multilayer perceptron has a dense layer of 512 and one for the logits."""
    import keras

    network = build_mlp(transform, CLASSES, 0)
    assert [layer.units for layer in network.layers if isinstance(layer, keras.layers.Dense)] == [512, CLASSES]


@each_network
@pytest.mark.parametrize("count", [1, 5])
def test_logits_have_a_row_a_picture(transform: Transform, build: Build, count: int) -> None:
    """For uint8 pictures, a network returns float32 logits: a row a picture, a column a class."""
    logits = np.asarray(build(transform, 0)(make_split([0] * count).images, training=False))
    assert (logits.shape, logits.dtype.name) == ((count, CLASSES), "float32")


@pytest.mark.parametrize("classes", [2, 26])
@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_there_are_as_many_logits_as_classes(
    transform: Transform, build: Callable[..., keras.Model], classes: int
) -> None:
    """A network built for another number of classes has that number of logits."""
    assert build(transform, classes, seed=0).output_shape == (None, classes)


@each_network
def test_the_input_is_uint8_pictures(transform: Transform, build: Build) -> None:
    """The input is uint8 pictures of 28 by 28, named 'images'."""
    (inputs,) = build(transform, 0).inputs
    assert (inputs.name, inputs.dtype, inputs.shape) == ("images", "uint8", (None, 28, 28))


@each_network
def test_the_first_layer_is_the_transform(transform: Transform, build: Build) -> None:
    """The first layer computes what Transform.apply computes."""
    import keras

    network = build(transform, 0)
    first = keras.Model(network.inputs, network.layers[1].output)
    images = make_split([0, 1, 2]).images
    np.testing.assert_allclose(np.asarray(first([images])), transform.apply(images), rtol=1e-6, atol=1e-6)


@each_network
def test_names_do_not_depend_on_earlier_networks(transform: Transform, build: Build) -> None:
    """A network built twice in one process has the same layer and weight names both times."""
    one, other = (
        [layer.name for layer in network.layers] + [weight.path for weight in network.weights]
        for network in (build(transform, 0), build(transform, 0))
    )
    assert one == other


@each_network
def test_the_same_seed_gives_the_same_weights(transform: Transform, build: Build) -> None:
    """One seed always gives the same initial weights."""
    one, other = (build(transform, 7).get_weights() for _ in range(2))
    assert [a.tobytes() for a in one] == [b.tobytes() for b in other]


@each_network
def test_another_seed_gives_other_weights(transform: Transform, build: Build) -> None:
    """Another seed gives every kernel other initial weights."""
    one, other = (build(transform, seed) for seed in (7, 8))
    same = [
        a.path
        for a, b in zip(one.weights, other.weights, strict=True)
        if a.name == "kernel" and np.array_equal(np.asarray(a), np.asarray(b))
    ]
    assert same == []


@each_network
def test_equal_networks_have_equal_content(transform: Transform, build: Build, tmp_path: Path) -> None:
    """A network built and written twice in one process has the same content digest both times."""
    one, other = (content(build(transform, 7), tmp_path / name) for name in ("one", "other"))
    assert one == other


@each_network
def test_another_weight_changes_the_content(transform: Transform, build: Build, tmp_path: Path) -> None:
    """Changing one weight changes the content digest."""
    network = build(transform, 7)
    before = content(network, tmp_path / "before")
    weights = network.get_weights()
    weights[-1][0] += 1
    network.set_weights(weights)
    assert content(network, tmp_path / "after") != before


@each_network
def test_a_network_survives_the_round_trip(transform: Transform, build: Build, tmp_path: Path) -> None:
    """A network read back from an artifact has the logits of the one written."""
    network, images = build(transform, 7), make_split([0, 1, 2]).images
    Model.write(tmp_path, network, DIGITS, HISTORY)
    loaded = seal(Model, tmp_path).load()
    np.testing.assert_array_equal(
        np.asarray(loaded(images, training=False)), np.asarray(network(images, training=False))
    )


def test_classes_and_history_survive_the_round_trip(transform: Transform, tmp_path: Path) -> None:
    """The class names and the history read are those written."""
    Model.write(tmp_path, BUILDS["mlp"](transform, 0), DIGITS, HISTORY)
    assert (Model(tmp_path).classes, Model(tmp_path).history) == (DIGITS, HISTORY)
