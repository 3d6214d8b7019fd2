"""The networks, in reading order: uint8 pictures in, logits out, normalisation inside.

Every layer is named: an automatic name depends on what the process built before, and
would make two equal models look different.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.examples import SIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras

    from schemas.transform import Transform

__all__ = ["build_cnn", "build_mlp"]


def build_mlp(transform: Transform, classes: int, hidden: Sequence[int], dropout: float, seed: int) -> keras.Model:
    """Build the plain network people know: flatten, dense ReLU layers with dropout, one logit a class.

    Args:
        transform: the normalisation, built in as the first layer.
        classes: number of logits.
        hidden: units of each dense layer.
        dropout: share of units dropped after each dense layer while training.
        seed: of the initial weights and of dropout.
    """
    from keras import layers

    inputs, x = _normalised_input(transform)
    x = layers.Flatten(name="flatten")(x)
    for i, units in enumerate(hidden, start=1):
        x = layers.Dense(units, activation="relu", kernel_initializer=_glorot(seed + i), name=f"dense_{i}")(x)
        x = layers.Dropout(dropout, seed=seed + i, name=f"dropout_{i}")(x)
    return _with_logits(inputs, x, classes, seed, "mlp")


def build_cnn(transform: Transform, classes: int, seed: int) -> keras.Model:
    """Build the convolutional network: 57,386 weights and 1.6 MFLOP a picture with ten classes.

    The wide stride-2 stem looks at 28x28 once, where a 3x3 layer would spend half of the
    whole step; pooling before normalisation and ReLU costs less than after (13 % of a step)
    and says the same, for both grow with their input.
    """
    from keras import layers

    inputs, x = _normalised_input(transform)
    x = layers.Reshape((SIDE, SIDE, 1), name="channel")(x)

    x = _convolution(32, 5, strides=2, seed=seed + 1, name="stem")(x)  # 12x12
    x = layers.MaxPooling2D(2, name="stem_pool")(x)  # 6x6
    x = layers.BatchNormalization(momentum=0.9, name="stem_norm")(x)
    x = layers.ReLU(name="stem_relu")(x)

    x = _convolution(64, 3, padding="same", seed=seed + 2, name="body")(x)  # 6x6
    x = layers.MaxPooling2D(2, name="body_pool")(x)  # 3x3
    x = layers.BatchNormalization(momentum=0.9, name="body_norm")(x)
    x = layers.ReLU(name="body_relu")(x)

    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(64, use_bias=False, kernel_initializer=_he(seed + 3), name="head")(x)
    x = layers.BatchNormalization(momentum=0.9, name="head_norm")(x)
    x = layers.ReLU(name="head_relu")(x)
    return _with_logits(inputs, x, classes, seed, "cnn")


def _normalised_input(transform: Transform) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    import keras
    from keras import layers

    inputs: Any = keras.Input((SIDE, SIDE), dtype="uint8", name="images")
    return inputs, layers.Rescaling(transform.scale, transform.offset, name="normalise")(inputs)


def _with_logits(inputs: keras.KerasTensor, x: keras.KerasTensor, classes: int, seed: int, name: str) -> keras.Model:
    import keras
    from keras import layers

    logits = layers.Dense(classes, kernel_initializer=_glorot(seed), name="logits")(x)
    return keras.Model(inputs, logits, name=name)


def _convolution(filters: int, size: int, *, seed: int, name: str, **geometry: Any) -> keras.layers.Layer:  # noqa: ANN401
    from keras import layers

    # No bias: the normalisation that follows would subtract it again.
    return layers.Conv2D(filters, size, use_bias=False, kernel_initializer=_he(seed), name=name, **geometry)


def _he(seed: int) -> Any:  # noqa: ANN401  (Keras's layers are annotated for a string)
    import keras

    return keras.initializers.HeNormal(seed)


def _glorot(seed: int) -> Any:  # noqa: ANN401
    import keras

    return keras.initializers.GlorotUniform(seed)
