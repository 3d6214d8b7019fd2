"""Run a bundle: pictures in, decisions out, without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inference.litert.network import LiteRtModel
from inference.model.bundle import LoadedBundle
from inference.model.decision import Decisions, decide
from inference.model.golden import deviation
from schemas.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.golden import Golden

__all__ = ["Reader"]


class Reader:
    """Read digits with a bundle; not thread-safe.

    Args:
        bundle: folder of a sealed bundle, a link to one, or a loaded bundle.
        threads: for one call.

    Raises:
        InputError: not a bundle, a needed file is missing or differs from its checksum, the model is not one that is
            run, or it does not answer its golden examples as it did when it was exported.
    """

    def __init__(self, bundle: Path | LoadedBundle, threads: int = 1) -> None:
        loaded = bundle if isinstance(bundle, LoadedBundle) else LoadedBundle.read(bundle)
        self.bundle = loaded
        self.classes = loaded.classes
        self.version = loaded.version
        self._record = loaded.calibration
        self._model = LiteRtModel(loaded.model, threads)
        if self._model.classes != len(self.classes):
            raise InputError(
                f"the bundle {loaded.version} cannot be used",
                found=f"a network of {self._model.classes} classes, and names for {len(self.classes)}",
                do="get the bundle again",
            )
        if golden := loaded.golden:
            _prove(loaded.version, golden, self._model)

    def read(self, images: NDArray[np.uint8]) -> Decisions:
        """Decide on pictures, uint8 [n, 28, 28], light ink on 0."""
        return decide(self._model(images)["logits"], self.classes, self._record)


def _prove(version: str, golden: Golden, model: LiteRtModel) -> None:
    """Raise InputError if a model does not answer its golden examples as it did when it was exported."""
    if found := deviation(golden, model(golden.images)["probabilities"]):
        raise InputError(
            f"the bundle {version} does not answer as it did when it was exported",
            found=found,
            expected="the answers in its golden.json: the libraries here compute something else",
            do="install the versions of requirements.lock; digits selftest shows more",
        )
