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
from typing import TYPE_CHECKING, Any, cast

from inference.model.litert import LiteRtModel
from schemas.artifacts.bundle import Bundle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FORMATS", "answer"]


def _load_saved_model(bundle: Path) -> Callable[[NDArray[np.uint8]], dict[str, NDArray[np.float32]]]:
    import tensorflow as tf

    load = cast("Any", tf.saved_model.load)  # pyright: ignore[reportUnknownMemberType]
    serve = load(str(bundle / Bundle.SAVED_MODEL)).signatures["serving_default"]
    return lambda images: {name: value.numpy() for name, value in serve(images=tf.constant(images)).items()}


def _load_litert(bundle: Path) -> Callable[[NDArray[np.uint8]], dict[str, NDArray[np.float32]]]:
    return LiteRtModel(bundle / Bundle.LITERT)


FORMATS = {"SavedModel": _load_saved_model, "LiteRT": _load_litert}
LIBRARIES = {"SavedModel": "tensorflow", "LiteRT": "ai_edge_litert.interpreter"}


def answer(bundle: Path, form: str, images: Path, answers: Path) -> None:
    """Run one format of a bundle on the pictures of a .npy file and write its outputs to a .npz file."""
    import numpy as np

    read = FORMATS[form](bundle)(np.load(images))
    np.savez(answers, allow_pickle=False, **read)


def _import_library(form: str) -> None:
    os.environ["TF_USE_LEGACY_KERAS"] = "1"  # else TensorFlow imports Keras, which a SavedModel does not need
    gc.disable()  # with the collector, the import takes a fifth longer
    import_module(LIBRARIES[form])


if __name__ == "__main__":
    _import_library(sys.argv[2])
    if sys.stdin.readline():  # not if the exporting process ended
        answer(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    os._exit(0)  # the answers are written; TensorFlow's teardown takes 2 s of CPU and may abort the process
