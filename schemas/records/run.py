"""The record of a run: run.json, beside the pipeline.yaml it used, its log and links to what it used and made."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from schemas.artifacts.blessing import Blessing, Verdict
from schemas.artifacts.evaluation import Evaluation
from schemas.artifacts.statistics import OFFLINE, Source, Statistics
from schemas.manifest import Manifest
from schemas.records.execution import Execution

__all__ = ["Outcome", "RunRecord", "StageRecord"]

Outcome = Literal["promoted", "rejected", "completed", "failed", "partial", "interrupted", "running"]


class StageRecord(BaseModel):
    """What became of one stage in one run."""

    model_config = ConfigDict(extra="forbid")

    stage: str
    outcome: Literal["ran", "unchanged", "blocked", "failed", "skipped", "stale", "will run", "may run"]
    """`will run` and `may run` are foreseen by a plan."""
    reason: str
    seconds: float = 0.0
    outputs: dict[str, str] = {}
    """Path of each output, relative to artifacts/."""
    fingerprint: str | None = None
    run: str | None = None
    """Name of the run that carried it out: this one, or the earlier one whose outputs were used again."""
    error: str | None = None


class RunRecord(BaseModel):
    """One carrying-out of a pipeline; the document that `--json` prints.

    A run that was killed never wrote its end, so a record says `interrupted` until it is told otherwise.
    """

    model_config = ConfigDict(extra="forbid")

    run: str
    outcome: Outcome = "interrupted"
    stages: list[StageRecord] = []
    metrics: dict[str, Any] = {}
    verdict: Verdict | None = None
    source: Source | None = None
    """Where the data come from; where several stages take some in, those of the first."""
    notice: str | None = None
    """Where the data are not those that were asked for: which, why, and the command that tries again."""
    warnings: list[str] = []
    """What of the data and of the model should be looked at, each after the stage that found it; cached or not."""
    champion: str | None = None
    """Path of the champion after the run, relative to artifacts/."""
    under_way: str | None = None
    """The stage that is being carried out; in the record of a run that was interrupted, the one it ended in."""
    error: str | None = None
    """What ended the run, where that was no stage."""
    overrides: list[str] = []
    started: str = ""
    """UTC, ISO 8601."""
    seconds: float = 0.0
    environment: dict[str, Any] = {}

    def add(self, record: StageRecord, execution: Execution | None, artifacts: Path) -> None:
        """Add a stage, and take the metrics, verdict, source and warnings from what it put out."""
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
                self.warnings += [f"{record.stage}: {warning}" for warning in metrics.warnings]
            elif kind == Blessing.__name__:
                self.verdict = Blessing(folder).verdict
            elif kind == Statistics.__name__:
                found = Statistics(folder).read()
                self.source = self.source or found.source
                self.notice = self.notice or retry_notice(found.source, record.stage)
                self.warnings += [f"{record.stage}: {warning}" for warning in found.warnings]

    def write(self, folder: Path) -> None:
        """Write run.json, by rename."""
        aside = folder / ".run.json"
        aside.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        aside.replace(folder / "run.json")


def retry_notice(source: Source, stage: str) -> str | None:
    """Give the notice of a source with the command that tries again, in one line."""
    if source.why_not_tfds == OFFLINE:
        return f"{source.notice}; to try again: unset DIGITS_OFFLINE, then digits run"
    return f"{source.notice}; to try again: digits run --force {stage}" if source.notice else None
