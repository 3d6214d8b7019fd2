"""What is known of a data set before anything is learned from it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.artifacts.artifact import Artifact

__all__ = ["Source", "SourceStatistics", "SplitStatistics", "Statistics", "StatisticsRecord", "Unreadable"]

OFFLINE = "DIGITS_OFFLINE is set"


class Source(BaseModel):
    """Where the examples came from, and why from there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["tfds", "sample", "folder", "idx", "several", "drawn"]
    dataset: str
    """For people: 'MNIST 3.0.1 from tensorflow-datasets'."""
    why_not_tfds: str | None = None
    """Set when the sample stands in for a data set whose host could not be reached."""

    @property
    def notice(self) -> str | None:
        """One line that says what was used and why, where that is not what was asked for."""
        if self.why_not_tfds is None:
            return None
        return f"data: {self.dataset}, in place of the full MNIST ({self.why_not_tfds})"


class SplitStatistics(BaseModel):
    """The figures of one split; mean and std are of pixels on the scale 0 to 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: int
    classes: dict[str, int]
    mean: float | None
    std: float | None
    duplicates: int
    """Pictures that equal an earlier picture of the same split, pixel for pixel."""


class Unreadable(BaseModel):
    """A file that was left out, and why; its path is relative to the folder of its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    reason: str


class SourceStatistics(BaseModel):
    """What came from one of the sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Source
    prefix: str
    """What the ids of its pictures begin with; empty where there is but one source."""
    splits: dict[str, int]
    """How many pictures it gave to each split."""
    unreadable: list[Unreadable] = []
    """Files named like pictures that are none, or show nothing."""
    skipped: int = 0
    """Files that are hidden or not named like pictures."""


class StatisticsRecord(BaseModel):
    """The content of statistics.json."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Source
    splits: dict[str, SplitStatistics]
    overlap: int
    """Pictures of the test split that equal one of the train split, pixel for pixel."""
    sources: list[SourceStatistics] = []
    """Each source, in the order in which their pictures stand in the splits."""
    warnings: list[str] = []
    """What of the data should be looked at, in sentences."""


class Statistics(Artifact):
    """Figures of a data set.

    File structure:
        statistics.json: a StatisticsRecord.
    """

    def read(self) -> StatisticsRecord:
        """Read the record."""
        return StatisticsRecord.model_validate_json((self.path / "statistics.json").read_bytes())

    @staticmethod
    def write(folder: Path, record: StatisticsRecord) -> None:
        """Write the record into an output folder."""
        (folder / "statistics.json").write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
