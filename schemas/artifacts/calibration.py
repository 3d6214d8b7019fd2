"""What turns a network's logits into an honest answer: how sure it is, and what it should not answer at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pydantic import BaseModel, ConfigDict

from schemas.artifacts.artifact import Artifact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Calibration", "CalibrationRecord", "Reference", "Scale"]


class Scale(BaseModel):
    """Where a distance lies on validation pictures: its median, and the root mean square of what is above it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    middle: float
    spread: float


class CalibrationRecord(BaseModel):
    """The content of calibration.json."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: int
    """Validation pictures it was fitted to."""
    temperature: float
    """Logits are divided by it."""
    error_before: float
    """Expected calibration error of the validation split, 15 bins, without temperature."""
    error_after: float
    """The same with it."""
    pixels: Scale
    """Of the distance from the nearest subspace."""
    features: Scale
    """Of the distance from the neighbour."""
    neighbour: int
    """Which of the nearest references counts: 1 is the nearest."""
    threshold: float
    """Sum of both distances, on their scales, above which a picture is unlike any digit."""
    floor: float
    """Confidence below which a picture lies between two digits."""
    refused: float
    """Share of the validation split that is refused."""


@dataclass(frozen=True)
class Reference:
    """What pictures and features of the training split look like.

    Attributes:
        means: float32 [classes, 196], the mean of each class at 14x14.
        bases: float32 [classes, dimensions, 196], the directions in which its pictures vary most, orthonormal.
        bank: float32 [references, features], of length 1 each.
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
    """Temperature and refusal of one model.

    File structure:
        calibration.json: a CalibrationRecord.
        reference.npz: a Reference.
    """

    RECORD = "calibration.json"
    REFERENCE = "reference.npz"

    @property
    def record(self) -> CalibrationRecord:
        """The figures."""
        return CalibrationRecord.model_validate_json((self.path / self.RECORD).read_bytes())

    @property
    def reference(self) -> Reference:
        """The arrays."""
        return Reference.load(self.path / self.REFERENCE)

    @classmethod
    def write(cls, folder: Path, record: CalibrationRecord, reference: Reference) -> None:
        """Write a calibration into an output folder."""
        import numpy as np

        (folder / cls.RECORD).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
        np.savez(folder / cls.REFERENCE, means=reference.means, bases=reference.bases, bank=reference.bank)
