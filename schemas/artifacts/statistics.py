"""Statistics of a data set: sources, counts, pixel moments, duplicates and warnings."""

from __future__ import annotations

from pathlib import Path

from schemas.artifacts.artifact import Artifact
from schemas.record import Record

__all__ = ["Source", "SourceStatistics", "SplitStatistics", "Statistics", "StatisticsRecord", "Unreadable"]

OFFLINE = "DIGITS_OFFLINE is set"


class Source(Record):
    """Where the examples came from."""

    name: str
    """That of a source in the settings of ingest, `several`, `drawn`, or what a stage of the user's calls its own."""
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


class SplitStatistics(Record):
    """The statistics of one split."""

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


class Unreadable(Record):
    """A file that could not be read, and why; the path is relative to the folder of its source."""

    path: str
    reason: str


class SourceStatistics(Record):
    """The contribution of one source."""

    source: Source
    prefix: str
    """Prefix of the ids of its pictures; empty if there is only one source."""
    splits: dict[str, int]
    """Number of its pictures in each split."""
    unreadable: list[Unreadable] = []
    """Files with a picture's extension that cannot be decoded or are blank."""
    skipped: int = 0
    """Number of files that are hidden or lack a picture's extension."""


class StatisticsRecord(Record):
    """The content of statistics.json."""

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
        return StatisticsRecord.from_json((self.path / "statistics.json").read_bytes())

    @staticmethod
    def write(folder: Path, record: StatisticsRecord) -> None:
        """Write the record into an output folder."""
        (folder / "statistics.json").write_text(record.to_json() + "\n", encoding="utf-8")
