"""Ingest of a user's pictures, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from components.ingest import IngestConfig, ingest
from schemas.artifacts.examples import Examples, Split
from schemas.artifacts.statistics import Statistics, StatisticsRecord
from tests.samples import make_output

__all__ = ["Own", "ingest_own"]


@dataclass(frozen=True)
class Own:
    """The outputs of an ingest."""

    train: Split
    test: Split
    record: StatisticsRecord

    @property
    def ids(self) -> list[str]:
        """The ids of both splits, sorted."""
        return sorted([*self.train.ids, *self.test.ids])

    @property
    def warned(self) -> str:
        """All warnings, one a line."""
        return "\n".join(self.record.warnings)


def ingest_own(out: Path, /, **settings: object) -> Own:
    """Run an ingest that writes below *out*."""
    examples, statistics = make_output(Examples, out / "examples"), make_output(Statistics, out / "statistics")
    ingest(examples, statistics, IngestConfig.model_validate(settings))
    written = Examples(examples.path)
    return Own(written.read("train"), written.read("test"), Statistics(statistics.path).read())
