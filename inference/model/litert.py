"""Run the LiteRT model of a bundle, without TensorFlow."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LiteRtModel", "count_weights"]

BATCH = 32  # pictures a call: 8 to 32 are fastest


class LiteRtModel:
    """A LiteRT model in memory; not thread-safe.

    Args:
        model: the .tflite file or its content.
        threads: for one call.
    """

    def __init__(self, model: Path | bytes, threads: int = 1) -> None:
        from ai_edge_litert.interpreter import Interpreter

        content = model if isinstance(model, bytes) else model.read_bytes()
        with _without_chatter():
            self._interpreter: Any = Interpreter(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
            self._runner: Any = self._interpreter.get_signature_runner("serving_default")

    def __call__(self, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Run the model on pictures, uint8 [n, 28, 28]; return each output by name, float32 with one row a picture."""
        import numpy as np

        some = images if len(images) else np.zeros((1, *images.shape[1:]), np.uint8)  # LiteRT refuses an empty batch
        batches: list[dict[str, NDArray[np.float32]]] = [
            self._runner(images=some[i : i + BATCH]) for i in range(0, len(some), BATCH)
        ]
        return {name: np.concatenate([batch[name] for batch in batches])[: len(images)] for name in batches[0]}


def count_weights(model: bytes) -> int:
    """Return how many floating-point numbers a .tflite file holds in tensors that have a dimension.

    Converting folds each batch normalisation into the layer before it, so they are fewer than the network's.
    """
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    with _without_chatter():
        interpreter: Any = Interpreter(model_content=model)
    count = 0
    for tensor in interpreter.get_tensor_details():
        with suppress(ValueError):  # it is computed, and holds nothing yet
            value = interpreter.get_tensor(tensor["index"])
            count += value.size if value.ndim and np.issubdtype(value.dtype, np.floating) else 0
    return count


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
