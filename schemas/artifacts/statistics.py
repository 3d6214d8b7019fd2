"""Statistics of a data set: sources, counts, pixel moments, duplicates and warnings."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.artifacts.artifact import Artifact

__all__ = ["Source", "SourceStatistics", "SplitStatistics", "Statistics", "StatisticsRecord", "Unreadable"]

OFFLINE = "DIGITS_OFFLINE is set"


class Source(BaseModel):
    """Where the examples came from."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    name: Literal["tfds", "sample", "folder", "idx", "several", "drawn"]
    dataset: str
    """For display: 'MNIST 3.0.1 from tensorflow-datasets'."""
    why_not_tfds: str | None = None
    """Why the sample replaces the full MNIST, usually because its host could not be reached; None if it does not."""

    @property
    def notice(self) -> str | None:
        """One line that says which substitute was used and why; None if the requested data were used."""
        if self.why_not_tfds is None:
            return None
        return f"data: {self.dataset} instead of the full MNIST ({self.why_not_tfds})"


class SplitStatistics(BaseModel):
    """The statistics of one split."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    count: int
    """Number of pictures."""
    classes: dict[str, int]
    """Number of pictures of each class, by its name."""
    mean: float | None
    """Of the pixels, scaled to 0 to 1."""
    std: float | None
    """Standard deviation of the pixels, scaled to 0 to 1."""
    duplicates: int
    """Pictures identical to an earlier picture of the same split."""


class Unreadable(BaseModel):
    """A file that could not be read, and why; the path is relative to the folder of its source."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    path: str
    reason: str


class SourceStatistics(BaseModel):
    """The contribution of one source."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    source: Source
    prefix: str
    """Prefix of the ids of its pictures; empty if there is only one source."""
    splits: dict[str, int]
    """Number of its pictures in each split."""
    unreadable: list[Unreadable] = []
    """Files with a picture's extension that cannot be decoded or are blank."""
    skipped: int = 0
    """Number of files that are hidden or lack a picture's extension."""


class StatisticsRecord(BaseModel):
    """The content of statistics.json."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    source: Source
    splits: dict[str, SplitStatistics]
    overlap: int
    """Test pictures identical to a train picture."""
    sources: list[SourceStatistics] = []
    """The sources, in the order of their pictures in the splits."""
    warnings: list[str] = []
    """Warnings about the data."""


class Statistics(Artifact):
    """The statistics of a data set.

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
