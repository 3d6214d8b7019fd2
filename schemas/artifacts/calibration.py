"""The calibration of a model: its temperature, and when to refuse an answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from schemas.artifacts.artifact import Artifact
from schemas.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Calibration", "CalibrationRecord", "Reference", "Scale"]


class Scale(Record):
    """The distribution of a distance over the validation pictures."""

    middle: float
    """Median."""
    spread: float
    """Root mean square of the excess over the median, among the pictures above it."""


class CalibrationRecord(Record):
    """The content of calibration.json."""

    count: int
    """Number of validation pictures it was fitted to."""
    temperature: float
    """Divisor of the logits."""
    error_before: float
    """Expected calibration error of the validation split, 15 bins, before temperature scaling."""
    error_after: float
    """Expected calibration error after temperature scaling."""
    pixels: Scale
    """Scale of the distance to the nearest class subspace."""
    features: Scale
    """Scale of the distance to the neighbour."""
    neighbour: int
    """Which of the nearest references to measure the distance to; 1 is the nearest."""
    threshold: float
    """Sum of both scaled distances above which a picture is unlike any digit."""
    floor: float
    """Confidence below which a picture is between two digits."""
    refused: float
    """Share of the validation split that is refused, 0 to 1."""


@dataclass(frozen=True)
class Reference:
    """A description of the training split: the class subspaces and reference features.

    Attributes:
        means: float32 [classes, 196], the mean picture of each class at 14x14.
        bases: float32 [classes, dimensions, 196], the principal directions of each class, orthonormal.
        bank: float32 [references, features], unit vectors.
    """

    means: NDArray[np.float32]
    bases: NDArray[np.float32]
    bank: NDArray[np.float32]

    @classmethod
    def load(cls, file: Path | BinaryIO) -> Reference:
        """Read the arrays of a reference.npz."""
        import numpy as np

        with np.load(file) as arrays:
            return cls(arrays["means"], arrays["bases"], arrays["bank"])


class Calibration(Artifact):
    """The temperature and the refusal threshold of one model.

    File structure:
        calibration.json: a CalibrationRecord.
        reference.npz: a Reference.
    """

    RECORD = "calibration.json"
    REFERENCE = "reference.npz"

    @property
    def record(self) -> CalibrationRecord:
        """The fitted parameters."""
        return CalibrationRecord.from_json((self.path / self.RECORD).read_bytes())

    @property
    def reference(self) -> Reference:
        """The description of the training split."""
        return Reference.load(self.path / self.REFERENCE)

    @classmethod
    def write(cls, folder: Path, record: CalibrationRecord, reference: Reference) -> None:
        """Write a calibration into an output folder."""
        import numpy as np

        (folder / cls.RECORD).write_text(record.to_json() + "\n", encoding="utf-8")
        np.savez(folder / cls.REFERENCE, means=reference.means, bases=reference.bases, bank=reference.bank)
