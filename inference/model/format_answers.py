"""Compute the outputs of one format of a bundle in a separate process: python -m inference.model.format_answers.

Export runs it once for each format, so that the parity check compares what another program will load,
not what the exporting process still has in memory.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
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


def answer(bundle: Path, form: str, images: Path, answers: Path) -> None:
    """Run one format of a bundle on the pictures of a .npy file and write its outputs to a .npz file."""
    import numpy as np

    read = FORMATS[form](bundle)(np.load(images))
    np.savez(answers, allow_pickle=False, **read)


if __name__ == "__main__":
    answer(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    os._exit(0)  # the answers are written; TensorFlow's teardown takes 2 s of CPU and may abort the process
