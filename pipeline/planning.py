"""What a run would do, without doing it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from pipeline.decision import decide, refusal, resolve_inputs
from pipeline.execution import Execution
from pipeline.record import RunRecord, StageRecord
from pipeline.specification import Pipeline, Stage
from pipeline.store import Store
from schemas.statistics import Source

__all__ = ["Plan", "PlannedStage", "plan"]


class PlannedStage(BaseModel):
    """What would become of one stage."""

    stage: str
    outcome: Literal["will run", "may run", "unchanged", "blocked"]
    reason: str
    seconds: float | None = None
    """How long it took when it last ran unchanged."""


class Plan(BaseModel):
    """What a run would do; the document that `plan --json` prints."""

    stages: list[PlannedStage]
    source: Source | None
    notice: str | None


def plan(pipeline: Pipeline, store: Store, *, force: tuple[str, ...] = ()) -> Plan:
    """Foresee each stage as far as it can be known: what depends on a stage that will run may run."""
    done: dict[str, Execution] = {}
    stages: dict[str, PlannedStage] = {}
    known = RunRecord(run="")
    for stage in pipeline.stages:
        planned, execution = _foresee(stage, pipeline, store, done, stages, forced=stage.name in force)
        stages[stage.name] = planned
        if execution:
            done[stage.name] = execution
            record = StageRecord(stage=stage.name, outcome="unchanged", reason="", seconds=0, outputs={})
            known.add(record, execution, store)
    return Plan(stages=list(stages.values()), source=known.source, notice=known.notice)


def _foresee(  # noqa: PLR0913
    stage: Stage,
    pipeline: Pipeline,
    store: Store,
    done: dict[str, Execution],
    above: dict[str, PlannedStage],
    *,
    forced: bool,
) -> tuple[PlannedStage, Execution | None]:
    inputs = resolve_inputs(stage, done)
    if inputs is None:
        ports = [*stage.inputs.values(), *([stage.requires] if stage.requires else [])]
        first = next(above[port.stage] for port in ports if port.stage not in done)
        if first.outcome == "blocked":
            return PlannedStage(stage=stage.name, outcome="blocked", reason=f"blocked: {first.stage} blocked"), None
        reason = first.reason if first.outcome == "may run" else f"may run: {first.stage} {first.outcome}"
        return PlannedStage(stage=stage.name, outcome="may run", reason=reason), None
    if reason := refusal(stage, store, inputs, done):
        return PlannedStage(stage=stage.name, outcome="blocked", reason=f"blocked: {reason}"), None
    decision = decide(stage, pipeline, store, inputs, forced=forced)
    if decision.unchanged is None:
        return PlannedStage(stage=stage.name, outcome="will run", reason=decision.reason), None
    seconds = decision.unchanged.seconds
    planned = PlannedStage(stage=stage.name, outcome="unchanged", reason=decision.reason, seconds=seconds)
    return planned, decision.unchanged
