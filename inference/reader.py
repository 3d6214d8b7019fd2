"""A bundle at work: pictures in, decisions out; without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inference.decision import Decisions, decide
from inference.litert import LiteRtModel
from schemas.bundle import Bundle
from schemas.calibration import Calibration
from schemas.errors import InputError
from schemas.manifest import Manifest, hash_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Reader"]


class Reader:
    """Reads digits with a bundle; one thread may use it at a time.

    Args:
        bundle: folder of a sealed bundle, or a link to it.
        threads: of one call.

    Raises:
        InputError: it is no bundle, or a file that is used is not as it was sealed.
    """

    def __init__(self, bundle: Path, threads: int = 1) -> None:
        self.path = bundle.resolve()
        _verify(self.path)
        self.classes = Bundle(self.path).classes
        calibration = Calibration(self.path)
        self._record, self._reference = calibration.record, calibration.reference
        self._model = LiteRtModel(self.path / Bundle.LITERT, threads)

    @property
    def version(self) -> str:
        """The version of the bundle: the name of its folder, such as v0003-8f3c1d2a."""
        return self.path.name

    def read(self, images: NDArray[np.uint8]) -> Decisions:
        """Decide on pictures, uint8 [n, 28, 28], light ink on 0."""
        answers = self._model(images)
        return decide(images, answers["logits"], answers["features"], self.classes, self._record, self._reference)


def _verify(bundle: Path) -> None:
    manifest = Manifest.read(bundle)
    if manifest is None or manifest.type != Bundle.__name__:
        raise InputError(f"{bundle} is not a sealed bundle", found="no manifest.json of one", do="digits run")
    for name in (Bundle.LITERT, Bundle.LABELS, Calibration.RECORD, Calibration.REFERENCE):
        if name not in manifest.files:
            raise InputError(f"{bundle} holds no {name}", found="a bundle of another version", do="digits run")
        if hash_file(bundle / name) != manifest.files[name].sha256:
            raise InputError(f"{bundle / name} is damaged", expected="the bytes it was sealed with", do="digits run")
