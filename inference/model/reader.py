"""A bundle at work: pictures in, decisions out; without TensorFlow."""

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
    """Reads digits with a bundle; one thread may use it at a time.

    Args:
        bundle: folder of a sealed bundle, or a link to it; or what was loaded from it.
        threads: of one call.

    Raises:
        InputError: it is no bundle, or a file that is used is not as it was sealed.
    """

    def __init__(self, bundle: Path | LoadedBundle, threads: int = 1) -> None:
        loaded = bundle if isinstance(bundle, LoadedBundle) else LoadedBundle.read(bundle)
        self.classes = loaded.classes
        self.version = loaded.version
        self._record, self._reference = loaded.calibration, loaded.reference
        self._model = LiteRtModel(loaded.model, threads)

    def read(self, images: NDArray[np.uint8]) -> Decisions:
        """Decide on pictures, uint8 [n, 28, 28], light ink on 0."""
        return decide(images, self._model(images), self.classes, self._record, self._reference)
