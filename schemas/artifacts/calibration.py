"""The calibration of a model: its temperature, and when to refuse an answer."""

from __future__ import annotations

from math import inf
from pathlib import Path

from schemas.artifacts.artifact import Artifact
from schemas.record import Record

__all__ = ["Calibration", "CalibrationRecord"]


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
    least: float
    """Evidence below which a picture is unlike any digit."""
    floor: float
    """Confidence below which a picture is between two digits."""
    refused: float
    """Share of the validation split that is refused, 0 to 1."""
    saved: dict[str, float] = {}
    """Share refused of the validation pictures read right in each way of saving them, 0 to 1."""

    def __post_init__(self) -> None:
        """Refuse a temperature that nothing can be divided by."""
        if not 0 < self.temperature < inf:
            raise ValueError(f"a temperature of {self.temperature}")


class Calibration(Artifact):
    """The temperature and the refusal threshold of one model.

    File structure:
        calibration.json: a CalibrationRecord.
    """

    RECORD = "calibration.json"

    @property
    def record(self) -> CalibrationRecord:
        """The fitted parameters."""
        return CalibrationRecord.from_json((self.path / self.RECORD).read_bytes())

    @classmethod
    def write(cls, folder: Path, record: CalibrationRecord) -> None:
        """Write a calibration into an output folder."""
        (folder / cls.RECORD).write_text(record.to_json() + "\n", encoding="utf-8")
