"""Compute the outputs of one format of a bundle in a separate process: python -m inference.model.format_answers.

Export runs it once for each format, so that the parity check compares what another program will load,
not what the exporting process still has in memory. The process imports its library at once, and waits for a line on
its standard input until the bundle is written.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from inference.litert.network import LiteRtModel
from inference.model.decision import softmax
from schemas.artifacts.calibration import Calibration
from schemas.artifacts.formats import FORMATS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["answer"]

Answers: TypeAlias = "dict[str, NDArray[np.float32]]"
"""Each output by name, one row a picture."""
BATCH = 1000


def answer(bundle: Path, name: str, images: Path, answers: Path) -> None:
    """Run one format of a bundle on the pictures of a .npy file and write its outputs to a .npz file."""
    import numpy as np

    pictures, read = np.load(images), LOADERS[name](bundle)
    batches = [read(pictures[i : i + BATCH]) for i in range(0, max(len(pictures), 1), BATCH)]
    np.savez(
        answers, allow_pickle=False, **{key: np.concatenate([each[key] for each in batches]) for key in batches[0]}
    )


def _load_saved_model(bundle: Path) -> Callable[[NDArray[np.uint8]], Answers]:
    import tensorflow as tf

    load = cast("Any", tf.saved_model.load)  # pyright: ignore[reportUnknownMemberType]
    serve = load(str(bundle / FORMATS["saved_model"].path)).signatures["serving_default"]
    return lambda images: {name: value.numpy() for name, value in serve(images=tf.constant(images)).items()}


def _load_litert(bundle: Path) -> Callable[[NDArray[np.uint8]], Answers]:
    return LiteRtModel(bundle / FORMATS["litert"].path)


def _load_int8(bundle: Path) -> Callable[[NDArray[np.uint8]], Answers]:
    return LiteRtModel(bundle / FORMATS["litert_int8"].path)


def _load_onnx(bundle: Path) -> Callable[[NDArray[np.uint8]], Answers]:
    onnxruntime = cast("Any", import_module(FORMATS["onnx"].library))
    session = onnxruntime.InferenceSession(bundle / FORMATS["onnx"].path, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]
    return lambda images: dict(zip(names, session.run(None, {"images": images}), strict=True))


def _load_keras(bundle: Path) -> Callable[[NDArray[np.uint8]], Answers]:
    import keras
    import numpy as np

    model = cast("Any", keras.saving).load_model(bundle / FORMATS["keras"].path)
    temperature = Calibration(bundle).record.temperature

    def read(images: NDArray[np.uint8]) -> Answers:
        logits: NDArray[np.float32] = np.asarray(model(images, training=False), np.float32)
        return {"logits": logits, "probabilities": softmax(logits / temperature)}

    return read


LOADERS = {
    "saved_model": _load_saved_model,
    "litert": _load_litert,
    "litert_int8": _load_int8,
    "onnx": _load_onnx,
    "keras": _load_keras,
}


def _import_library(name: str) -> None:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_USE_LEGACY_KERAS"] = "1"  # else TensorFlow imports Keras, which a SavedModel does not need
    gc.disable()  # with the collector, the import takes a fifth longer
    import_module(FORMATS[name].library)


if __name__ == "__main__":
    _import_library(sys.argv[2])
    if sys.stdin.readline():  # not if the exporting process ended
        answer(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    os._exit(0)  # the answers are written; TensorFlow's teardown takes 2 s of CPU and may abort the process
