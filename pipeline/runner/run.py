"""A run: which stages it selects, and its results so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.log import LOGGER
from pipeline.specification.stage import Pipeline
from pipeline.store import Store
from schemas.manifest import replace_link
from schemas.records.execution import Execution, Version
from schemas.records.run import RunRecord, StageRecord

__all__ = ["Run", "Selection"]


@dataclass(frozen=True)
class Selection:
    """Which stages to run; by default all.

    Attributes:
        first: start here; the stages above are taken from an earlier run.
        last: stop here; the stages below are only checked, and reported stale if they would run.
        force: stages that run even if nothing changed.
        base: the run to take stages from; None for the latest.
        promote: whether a blessed bundle becomes the champion.
    """

    first: str | None = None
    last: str | None = None
    force: tuple[str, ...] = ()
    base: RunRecord | None = None
    promote: bool = True


@dataclass
class Run:
    """A run and its results so far.

    Attributes:
        pipeline: that is run.
        store: that its outputs go to.
        folder: of the run.
        record: the content of run.json.
        done: the execution of each stage that ran, is unchanged or was taken.
        failure: the exception that ended a stage, if one failed.
    """

    pipeline: Pipeline
    store: Store
    folder: Path
    record: RunRecord
    done: dict[str, Execution] = field(default_factory=dict)
    failure: BaseException | None = None

    def add(self, record: StageRecord, execution: Execution | None) -> None:
        """Add a stage to the record, link its outputs in the run's folder, and log it."""
        had_notice = self.record.notice
        self.record.add(record, execution, self.store.artifacts)
        self.record.under_way = None
        if execution:
            self.done[record.stage] = execution
            if execution.run != self.record.run:
                replace_link(self.folder / "logs" / record.stage, f"../../{execution.run}/logs/{record.stage}")
            for name, path in record.outputs.items():
                replace_link(self.folder / f"{record.stage}.{name}", f"../../{path}")
        if record.outcome != "unchanged":
            self.record.write(self.folder)
        LOGGER.info("%s %s: %s", record.stage, record.outcome, record.reason, extra={"stage_record": record})
        if record.outcome == "ran" and self.record.notice and not had_notice:
            LOGGER.warning("%s", self.record.notice, extra={"notice": self.record.notice})

    def mend(self, versions: Iterable[Version]) -> None:
        """Make versions again that no stage of this run makes, where they are damaged."""
        for version in versions:
            if self.store.damage_of(version):
                from pipeline.runner.repair import Repair

                Repair(self.pipeline.project, self.store, self.record, self.folder / "logs").mend(version)
