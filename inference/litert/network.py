"""Run the LiteRT model of a bundle, without TensorFlow."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from math import prod
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from inference.litert.check import SIGNATURE, check_litert, too_large
from schemas.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LiteRtModel", "count_weights"]

NETWORK = "a network of built-in operators from images, uint8 [n, 28, 28], to probabilities, logits and digit"
NAME = "the LiteRT model"
LONGEST = 200  # characters of what is wrong, which may come from the file
BATCH = 32  # pictures a call: 8 to 32 are fastest


class LiteRtModel:
    """A LiteRT model in memory; not thread-safe.

    Args:
        model: the .tflite file or its content.
        threads: for one call.

    Raises:
        InputError: it is not such a model, or one that is not run; the interpreter opens nothing that was not checked.
    """

    def __init__(self, model: Path | bytes, threads: int = 1) -> None:
        content = model if isinstance(model, bytes) else model.read_bytes()
        with _refused(NAME if isinstance(model, bytes) else str(model)), _without_chatter():
            self._interpreter: Any = _open(content, threads)
            self._interpreter.allocate_tensors()
            _check_allocated(self._interpreter.get_tensor_details(), len(content))
            self._runner: Any = self._interpreter.get_signature_runner(SIGNATURE)

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return int(self._runner.get_output_details()["logits"]["shape"][-1])

    def __call__(self, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Run the model on pictures, uint8 [n, 28, 28]; return each output by name, float32 with one row a picture."""
        import numpy as np

        some = images if len(images) else np.zeros((1, *images.shape[1:]), np.uint8)  # LiteRT refuses an empty batch
        with _refused(NAME):
            batches: list[dict[str, NDArray[np.float32]]] = [
                self._runner(images=some[i : i + BATCH]) for i in range(0, len(some), BATCH)
            ]
        return {name: np.concatenate([batch[name] for batch in batches])[: len(images)] for name in batches[0]}


def count_weights(model: bytes) -> int:
    """Return how many floating-point numbers a .tflite file holds in tensors that have a dimension.

    Converting folds each batch normalisation into the layer before it, so they are fewer than the network's.
    """
    import numpy as np

    with _refused(NAME), _without_chatter():
        interpreter = _open(model, 1)
    count = 0
    for tensor in interpreter.get_tensor_details():
        with suppress(ValueError):  # it is computed, and holds nothing yet
            value = interpreter.get_tensor(tensor["index"])
            count += value.size if value.ndim and np.issubdtype(value.dtype, np.floating) else 0
    return count


def _open(content: bytes, threads: int) -> Any:  # noqa: ANN401  (LiteRT has no types)
    from ai_edge_litert.interpreter import Interpreter

    check_litert(content)
    return Interpreter(model_content=content, num_threads=threads)


def _check_allocated(tensors: list[dict[str, Any]], stored: int) -> None:
    """Raise ValueError if the operators make tensors that are larger than the file says; *stored* is its size."""
    sizes = (prod(map(int, each["shape"])) * each["dtype"]().itemsize for each in tensors)
    if found := too_large(sum(sizes) - stored):
        raise ValueError(found)


@contextmanager
def _refused(name: str) -> Generator[None]:
    """Raise InputError for what is wrong with a model."""
    try:
        yield
    except (ValueError, RuntimeError, MemoryError) as error:
        found = str(error).partition("\n")[0][:LONGEST] or type(error).__name__
        raise InputError(f"{name} is not run", found=found, expected=NETWORK, do="get the model again") from error


@contextmanager
def _without_chatter() -> Generator[None]:
    """Drop the INFO lines that LiteRT always writes to file descriptor 2 when it starts."""
    with _scratch() as kept, os.fdopen(os.dup(2), "wb") as screen:
        sys.stderr.flush()
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(screen.fileno(), 2)
            kept.seek(0)
            screen.writelines(line for line in kept if not line.startswith(b"INFO: "))


def _scratch() -> IO[bytes]:
    """Return a file in memory, since a container may have no place to write; where there is none (macOS), on disk."""
    return os.fdopen(os.memfd_create("litert"), "w+b") if hasattr(os, "memfd_create") else TemporaryFile()
