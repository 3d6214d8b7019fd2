"""The record of a run, run.json; the run's folder also holds its pipeline.yaml, its log and links to artifacts."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, Literal

from schemas.artifacts.blessing import Blessing, Verdict
from schemas.artifacts.evaluation import Evaluation
from schemas.artifacts.statistics import OFFLINE, Source, Statistics
from schemas.document import Document
from schemas.errors import printable
from schemas.manifest import Manifest, fsync, naming, rename
from schemas.record import Record
from schemas.records.execution import Execution

__all__ = ["Outcome", "RunRecord", "StageRecord"]

Outcome = Literal["promoted", "unchanged", "rejected", "completed", "failed", "partial", "interrupted", "running"]


class StageRecord(Record, frozen=False):  # pyright: ignore[reportGeneralTypeIssues]  (msgspec allows it)
    """The outcome of one stage in one run."""

    stage: str
    outcome: Literal["ran", "unchanged", "blocked", "failed", "skipped", "stale", "will run", "may run"]
    """`will run` and `may run` occur in plans only."""
    reason: str
    seconds: float = 0.0
    outputs: dict[str, str] = {}
    """Path of each output, relative to artifacts/."""
    fingerprint: str | None = None
    run: str | None = None
    """Name of the run that executed the stage: this one, or an earlier one whose outputs were reused."""
    error: str | None = None


class RunRecord(Document, frozen=False):  # pyright: ignore[reportGeneralTypeIssues]  (msgspec allows it)
    """One run of a pipeline; the document that `--json` prints.

    The outcome is `interrupted` until the run ends, because a killed run cannot update its record.
    """

    run: str
    outcome: Outcome = "interrupted"
    stages: list[StageRecord] = []
    metrics: dict[str, Any] = {}
    verdict: Verdict | None = None
    source: Source | None = None
    """Where the data come from; if several stages ingest data, the source of the first."""
    notice: str | None = None
    """If a substitute data set was used: which one, why, and the command to retry."""
    warnings: list[str] = []
    """Warnings about the data and the model, each prefixed with the stage that found it, even if it was cached."""
    champion: str | None = None
    """Path of the champion after the run, relative to artifacts/."""
    judged: str | None = None
    """Path of the bundle that the run judged, relative to artifacts/; None if it judged a model of its own."""
    explanation: str | None = None
    """Why a blessed model was not promoted and what promotes it, or how the champion that is better was made."""
    under_way: str | None = None
    """The stage in progress; after an interruption, the stage that was interrupted."""
    error: str | None = None
    """What ended the run, if it was not a stage's failure."""
    overrides: list[str] = []
    file: str | None = None
    """The file that was run with -f, relative to the project; None for pipeline.yaml."""
    started: str = ""
    """UTC, ISO 8601."""
    seconds: float = 0.0
    environment: dict[str, Any] = {}

    @property
    def file_option(self) -> list[str]:
        """The words of a command that name the file: `-f other.yaml`, or none."""
        return ["-f", self.file] if self.file else []

    @property
    def outputs(self) -> list[str]:
        """The paths of all outputs, relative to artifacts/."""
        return [path for stage in self.stages for path in stage.outputs.values()]

    def add(self, record: StageRecord, execution: Execution | None, artifacts: Path) -> None:
        """Add a stage, and take metrics, verdict, source and warnings from its outputs.

        Args:
            record: the stage's outcome; its run and outputs are filled in.
            execution: the execution that produced the outputs; None if there are none.
            artifacts: the artifacts/ folder.
        """
        self.stages.append(record)
        record.run = execution.run if execution else None
        for name, version in execution.outputs.items() if execution else ():
            record.outputs[name] = version.path
            folder = artifacts / version.path
            manifest = Manifest.read(folder)
            kind = manifest.type if manifest else ""
            if kind == Evaluation.__name__:
                metrics = Evaluation(folder).metrics
                self.metrics = dict(metrics.scalars())
                self.warnings += [printable(f"{record.stage}: {warning}") for warning in metrics.warnings]
            elif kind == Blessing.__name__:
                self.verdict = Blessing(folder).verdict
            elif kind == Statistics.__name__:
                found = Statistics(folder).read()
                self.source = self.source or found.source
                self.notice = self.notice or retry_notice(found.source, record.stage, *self.file_option)
                self.warnings += [printable(f"{record.stage}: {warning}") for warning in found.warnings]

    def write(self, folder: Path, *, flush: bool = False) -> None:
        """Write run.json, atomically; with *flush*, it and the names in the folder are on disk before this returns."""
        draft = folder / ".run.json"
        with naming(folder / "run.json"):
            draft.write_text(self.to_document(), encoding="utf-8")
        rename(draft, folder / "run.json")
        for path in (folder / "run.json", folder) if flush else ():
            fsync(path)


def retry_notice(source: Source, stage: str, *options: str) -> str | None:
    """Return the notice of a source with the command to retry, in one line; None if there is no notice."""
    run = shlex.join(["digits", "run", *options])
    if source.why_not_tfds == OFFLINE:
        return f"{source.notice}; to retry: unset DIGITS_OFFLINE, then {run}"
    return f"{source.notice}; to retry: {run} --force {stage}" if source.notice else None
