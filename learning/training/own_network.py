"""Build a network of the user's, and check it before it is trained.

The later stages rely on this alone: uint8 pictures [n, 28, 28] in, float32 logits [n, classes] out, built of what plain
Keras can load. None looks a layer up by its name.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from learning.own_function import own_function
from learning.training import session
from schemas.artifacts.examples import SIDE
from schemas.artifacts.model import write_keras
from schemas.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import keras
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.transform import Transform

__all__ = ["build_own"]

START = 'keras.Input((28, 28), dtype="uint8")'
NEAR = 1e-4  # of sums of float32 probabilities to 1


def build_own(name: str, transform: Transform, classes: int, seed: int) -> keras.Model:
    """Build a network by a function of the user's; a first one is checked and thrown away.

    Args:
        name: of the function, which takes the arguments that follow by position.
        transform: the normalisation, for it to build in.
        classes: number of logits.
        seed: of the initial weights and of dropout.

    Raises:
        StageError: the function fails, or the network does not take pictures, does not return logits, cannot be trained
            or loaded, or is another one each time.
    """
    build = own_function(name)
    session.restart(seed)
    first = build(transform, classes, seed)
    before = _check_kind(name, first)
    _check_ends(name, first, classes)
    _check_loadable(name, first)
    _check_step(name, first, classes)
    session.restart(seed)
    network = build(transform, classes, seed)
    if _description(network) != before:
        raise StageError(
            f"{name} builds another network each time",
            found="other names of layers, or other initial weights",
            expected="the same network for the same seed",
            do="take every random choice from the seed, and keep layers inside the function",
        )
    return network


def _check_kind(name: str, network: object) -> tuple[Any, list[bytes]]:
    """Check that a network is made of what plain Keras has, and return its description."""
    import keras

    if not isinstance(network, keras.Model):
        found = type(network).__name__ if network is not None else "None: is a return missing?"
        raise StageError(f"{name} returns no network", found=found, expected="a keras.Model")
    saving: Any = keras.saving
    try:
        foreign = sorted(set(_foreign(saving.serialize_keras_object(network))))
    except NotImplementedError:
        foreign = [type(network).__name__]
    if foreign:
        raise StageError(
            f"{name} uses what plain Keras cannot load",
            found=", ".join(foreign),
            expected="keras.Model(inputs, outputs) of Keras's own layers, activations and initializers",
            do="replace it by layers of Keras, or by keras.ops between them",
        )
    return _description(network)


def _foreign(value: object) -> Iterator[str]:
    """Yield the names of the classes and functions in a saved network that are not Keras's own."""
    if isinstance(value, dict):
        entry = cast("dict[str, Any]", value)
        if "module" in entry and "class_name" in entry:
            kind = str(entry["class_name"])
            if kind == "Lambda" or not str(entry["module"]).startswith("keras"):
                yield str(entry["config"]) if kind == "function" else kind
        value = list(entry.values())
    if isinstance(value, list | tuple):
        for each in cast("list[object]", value):
            yield from _foreign(each)


def _description(network: Any) -> tuple[Any, list[bytes]]:  # noqa: ANN401  (a Keras model)
    return network.get_config(), [weight.tobytes() for weight in network.get_weights()]


def _check_ends(name: str, network: Any, classes: int) -> None:  # noqa: ANN401
    if not network.built:
        raise StageError(f"{name} has no input", found="a network without one", expected=f"{START}, as its first layer")
    for end, tensors, expected in (
        ("input", network.inputs, f"uint8 [n, {SIDE}, {SIDE}]"),
        ("output", network.outputs, f"float32 [n, {classes}], a logit for each class"),
    ):
        found = ", ".join(map(_form, tensors))
        if found != expected.partition(", a logit")[0]:
            raise StageError(f"{name} has another {end}", found=found, expected=expected)
    if not network.trainable_weights:
        raise StageError(f"{name} has nothing to train", found="no trainable weights")


def _form(tensor: Any) -> str:  # noqa: ANN401  (a Keras tensor)
    return f"{tensor.dtype} [{', '.join('n' if side is None else str(side) for side in tensor.shape)}]"


def _check_loadable(name: str, network: keras.Model) -> None:
    import keras

    saving: Any = keras.saving
    try:
        with tempfile.TemporaryDirectory() as folder:
            write_keras(Path(folder, "model.keras"), network)
            saving.load_model(Path(folder, "model.keras"), compile=False)
    except Exception as error:
        raise StageError(f"{name} cannot be saved and loaded", found=f"{type(error).__name__}: {error}") from error


def _check_step(name: str, network: Any, classes: int) -> None:  # noqa: ANN401
    """Take one step forward and one backward on two pictures."""
    import numpy as np
    import tensorflow as tf

    pictures = np.random.default_rng(0).integers(0, 256, (2, SIDE, SIDE), np.uint8)
    labels = np.arange(2) % classes
    try:
        logits = np.asarray(network(pictures, training=False))
        with tf.GradientTape() as tape:
            trained: Any = network(pictures, training=True)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, trained)
        weights = network.trainable_variables
        gradients: list[Any] = tape.gradient(loss, [weight.value for weight in weights])
    except Exception as error:
        raise StageError(f"{name} cannot read two pictures", found=f"{type(error).__name__}: {error}") from error
    _check_logits(name, logits)
    for weight, gradient in zip(weights, gradients, strict=True):
        if gradient is None:
            raise StageError(f"{name} cannot learn {weight.path}", found="no way from the loss to this weight")
        if not np.isfinite(tf.convert_to_tensor(gradient)).all():
            raise StageError(f"{name} cannot learn {weight.path}", found="a gradient that is not a number")


def _check_logits(name: str, logits: NDArray[np.float32]) -> None:
    import numpy as np

    if not np.isfinite(logits).all():
        raise StageError(f"{name} returns what is not a number", found=str(logits[0]), expected="logits")
    if (logits >= 0).all() and (abs(logits.sum(axis=1) - 1) < NEAR).all():
        raise StageError(
            f"{name} returns probabilities",
            found="outputs from 0 to 1 with the sum 1",
            expected="logits",
            do="leave out the softmax: the loss and the calibration apply it",
        )
