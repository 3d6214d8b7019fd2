"""A network written as ONNX answers like the network, whatever supported layers it has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import pytest
from scipy.special import softmax

from learning.formats.onnx_graph import onnx_model
from learning.training.networks import BUILDERS
from schemas.errors import StageError
from tests.inference.pictures import sample
from tests.samples import DIGITS, make_transform

if TYPE_CHECKING:
    import keras

TEMPERATURE = 2.0


def run(model: bytes, images: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the outputs of an ONNX model by name."""
    session: Any = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(None, {"images": images}), strict=True))


def with_all_layers() -> keras.Model:
    """Return a network with every supported layer that the networks of `digits` do not have."""
    import keras
    from keras import layers

    images: Any = keras.Input((28, 28), dtype="uint8")
    x = layers.Reshape((28, 28, 1))(layers.Rescaling(1 / 255, -0.5)(images))
    x = layers.Conv2D(6, 3, strides=2, padding="same", activation="relu")(x)
    y = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(x)
    z = layers.Conv2D(12, 3, padding="same", groups=2, dilation_rate=2, activation="sigmoid")(x)
    x = layers.Concatenate()([layers.Add()([y, z]), layers.Multiply()([y, z])])
    x = layers.Activation("tanh")(layers.AveragePooling2D(2, padding="same")(x))
    x = layers.SpatialDropout2D(0.5)(layers.GaussianNoise(1.0)(layers.ReLU(max_value=0.5)(x)))
    pooled = [layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)]
    x = layers.Dense(8, activation="elu")(layers.Dropout(0.5)(layers.Concatenate()(pooled)))
    return keras.Model(images, layers.Dense(len(DIGITS))(x))


def scattered(network: keras.Model) -> keras.Model:
    """Change the weights, so that no bias is 0 and no normalisation is the identity."""
    generator = np.random.default_rng(0)
    network.set_weights([each + generator.normal(0, 0.02, each.shape) for each in network.get_weights()])
    return network


@pytest.mark.parametrize("name", [*BUILDERS, "all layers"])
def test_the_answers_are_those_of_the_network(name: str, tmp_path: Path) -> None:
    """Logits, probabilities and digits are those of the network, for one picture and for many."""
    transform = make_transform(tmp_path / "transform")
    network = scattered(BUILDERS[name](transform, len(DIGITS), 0) if name in BUILDERS else with_all_layers())
    model, images = onnx_model(network, TEMPERATURE), sample()[::100]
    logits = np.asarray(network(images, training=False))
    answers = run(model, images)
    np.testing.assert_allclose(answers["logits"], logits, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(answers["probabilities"], softmax(logits / TEMPERATURE, axis=1), atol=1e-5)
    np.testing.assert_array_equal(answers["digit"], answers["logits"].argmax(axis=1))
    np.testing.assert_allclose(run(model, images[:1])["logits"], logits[:1], rtol=1e-4, atol=1e-4)


def test_the_bytes_are_the_same_each_time(network: keras.Model) -> None:
    """The same network gives the same bytes."""
    assert onnx_model(network, TEMPERATURE) == onnx_model(network, TEMPERATURE)


def test_a_layer_that_is_not_supported_is_named() -> None:
    """Another kind of layer is a StageError that names it, the supported kinds, and what to do."""
    import keras
    from keras import layers

    images: Any = keras.Input((28, 28), dtype="uint8")
    odd = keras.Model(images, layers.Dense(10)(layers.LSTM(4, name="memory")(layers.Rescaling(1.0)(images))))
    with pytest.raises(StageError, match="because of its layer memory") as caught:
        onnx_model(odd, 1.0)
    assert (caught.value.found, "Conv2D" in caught.value.expected) == ("LSTM", True)
    assert caught.value.do == "leave onnx out of export.formats"


def test_an_activation_that_is_not_supported_is_named() -> None:
    """Another activation is a StageError that names it."""
    import keras
    from keras import layers

    images: Any = keras.Input((28, 28), dtype="uint8")
    odd = keras.Model(images, layers.Dense(10, activation="mish")(layers.Flatten()(layers.Rescaling(1.0)(images))))
    with pytest.raises(StageError) as caught:
        onnx_model(odd, 1.0)
    assert caught.value.found == "the activation mish"
