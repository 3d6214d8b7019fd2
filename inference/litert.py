"""The LiteRT format of a bundle, run without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LiteRtModel"]

BATCH = 32  # the fastest: 8 to 32 pictures a call


class LiteRtModel:
    """A LiteRT model in memory; one thread may use it at a time.

    Args:
        path: the .tflite file.
        threads: of one call.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter: Any = Interpreter(model_content=path.read_bytes(), num_threads=threads)
        self._runner: Any = self._interpreter.get_signature_runner("serving_default")

    def __call__(self, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Read pictures, uint8 [n, 28, 28]; gives each output of the model by name, float32 with a row a picture."""
        import numpy as np

        some = images if len(images) else np.zeros((1, *images.shape[1:]), np.uint8)  # it takes no empty batch
        batches: list[dict[str, NDArray[np.float32]]] = [
            self._runner(images=some[i : i + BATCH]) for i in range(0, len(some), BATCH)
        ]
        return {name: np.concatenate([batch[name] for batch in batches])[: len(images)] for name in batches[0]}
