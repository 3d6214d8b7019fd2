"""Run a bundle: pictures in, decisions out, without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inference.model.bundle import LoadedBundle
from inference.model.decision import Decisions, decide
from inference.model.litert import LiteRtModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Reader"]


class Reader:
    """PictureReader digits with a bundle; not thread-safe.

    Args:
        bundle: folder of a sealed bundle, a link to one, or a loaded bundle.
        threads: for one call.

    Raises:
        InputError: not a bundle, or a needed file is missing or differs from its checksum.
    """

    def __init__(self, bundle: Path | LoadedBundle, threads: int = 1) -> None:
        loaded = bundle if isinstance(bundle, LoadedBundle) else LoadedBundle.read(bundle)
        self.classes = loaded.classes
        self.version = loaded.version
        self._record = loaded.calibration
        self._model = LiteRtModel(loaded.model, threads)

    def read(self, images: NDArray[np.uint8]) -> Decisions:
        """Decide on pictures, uint8 [n, 28, 28], light ink on 0."""
        return decide(self._model(images)["logits"], self.classes, self._record)
