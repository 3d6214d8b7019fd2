"""Decide whether a stage must run, and why; and foresee a run without running anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.champion import champion
from pipeline.fingerprints.dependencies import match_counted_settings, read_parts, with_fallback
from pipeline.history import read_runs, read_runs_of
from pipeline.runner.upstream import executions_of, resolve_inputs
from pipeline.specification.stage import Pipeline, Stage
from pipeline.store import Store
from schemas.artifacts.blessing import Blessing
from schemas.records.execution import Execution, Version
from schemas.records.fingerprint import Parts
from schemas.records.run import RunRecord, StageRecord
from schemas.settings.external_data import missing

__all__ = ["Decision", "decide", "find_stored_execution", "foresee", "foresee_stage", "refusal"]


@dataclass(frozen=True)
class Decision:
    """Whether a stage whose inputs are known has to run.

    Attributes:
        parts: everything its outputs depend on.
        fingerprint: of the parts.
        unchanged: the execution to reuse, its outputs intact; None if the stage has to run.
        damaged: the execution with these parts whose outputs are damaged; None if there is none.
        reason: why the stage runs, or the run since which it is unchanged.
    """

    parts: Parts
    fingerprint: str
    unchanged: Execution | None
    damaged: Execution | None
    reason: str


def decide(
    stage: Stage, pipeline: Pipeline, store: Store, inputs: Mapping[str, Version], *, forced: bool = False
) -> Decision:
    """Decide whether an execution of a stage can be reused: one with the same parts and intact outputs."""
    parts = read_parts(stage, pipeline, {name: version.content for name, version in inputs.items()})
    key = parts.fingerprint
    found = store.execution(stage.name, key) or store.execution(stage.name, with_fallback(stage, parts).fingerprint)
    damage = store.damage(found) if found else None
    if found and not damage and not forced:
        return Decision(parts, found.fingerprint, found, None, f"unchanged (from run {found.run})")
    lost = [] if found else store.unreadable(stage.name, key)
    changes = None if found else _changes(stage, parts, store, pipeline.file)
    changes = damage.text if damage else f"record corrupt: {lost[0]}" if lost else changes
    reason = "; ".join(filter(None, ["forced" if forced else None, changes]))
    return Decision(parts, key, None, found if damage else None, reason)


def find_stored_execution(stage: Stage, store: Store, decision: Decision) -> Execution | None:
    """Return the newest intact execution with the same settings, inputs and data that used no fallback; or None."""
    wanted = decision.parts
    for _, execution in executions_of(stage.name, store, read_runs(store.artifacts)):
        parts = execution.parts
        is_same = (parts.config, parts.inputs, parts.data) == (wanted.config, wanted.inputs, wanted.data)
        if is_same and not store.damage(execution):
            return execution
    return None


def refusal(stage: Stage, store: Store, inputs: Mapping[str, Version], done: Mapping[str, Execution]) -> str | None:
    """Return why the blessing that a stage requires blocks it; None if it does not, or none is required."""
    if stage.requires is None:
        return None
    blessing = Blessing(store.artifacts / done[stage.requires.stage].outputs[stage.requires.output].path)
    kinds = stage.contract.inputs
    return blessing.refusal([(kind, version.content) for name, version in inputs.items() for kind in kinds[name]])


def foresee(pipeline: Pipeline, store: Store, last: str | None = None) -> RunRecord:
    """Return the record of a run as far as it can be foreseen: stages below one that will run may run.

    Args:
        pipeline: to run.
        store: of the project.
        last: the stage to stop after; None for the last of all.

    Raises:
        InputError: something that a setting names is missing or damaged, so that no run could start.
    """
    for stage in pipeline.stages:
        stage.check_paths()
    foreseen = RunRecord(run="", champion=champion(store.artifacts))
    done: dict[str, Execution] = {}
    for stage in pipeline.stages:
        record, execution = foresee_stage(stage, pipeline, store, done, foreseen)
        foreseen.add(record, execution, store.artifacts)
        if execution:
            done[stage.name] = execution
        if stage.name == last:
            break
    return foreseen


def foresee_stage(
    stage: Stage, pipeline: Pipeline, store: Store, done: Mapping[str, Execution], above: RunRecord
) -> tuple[StageRecord, Execution | None]:
    """Return the foreseen record of one stage, given those above it, and its execution if it is unchanged."""
    inputs = resolve_inputs(stage, done, store)
    if inputs is None:
        waited_for = {port.stage for port in stage.ports} - set(done)
        first = next(record for record in above.stages if record.stage in waited_for)
        if first.outcome in {"blocked", "failed", "skipped"}:
            return StageRecord(stage=stage.name, outcome="skipped", reason=f"{first.stage} {first.outcome}"), None
        reason = first.reason if first.reason.startswith("may run") else f"may run: {first.stage} will run"
        return StageRecord(stage=stage.name, outcome="may run", reason=reason), None
    if reason := refusal(stage, store, inputs, done):
        return StageRecord(stage=stage.name, outcome="blocked", reason=f"blocked: {reason}"), None
    decision = decide(stage, pipeline, store, inputs)
    outcome = "unchanged" if decision.unchanged else "will run"
    reason = "; but ".join([decision.reason, *missing(stage.settings.data_paths)[:1]])
    record = StageRecord(stage=stage.name, outcome=outcome, reason=reason, fingerprint=decision.fingerprint)
    return record, decision.unchanged


def _changes(stage: Stage, parts: Parts, store: Store, file: str | None) -> str:
    """Return what has changed since the newest execution in a run of the same pipeline."""
    _, previous = next(executions_of(stage.name, store, read_runs_of(store.artifacts, file)), (None, None))
    if previous is None:
        records = (record for run in read_runs_of(store.artifacts, file) for record in run.stages)
        return "output missing" if any(r.stage == stage.name and r.outputs for r in records) else "first run"
    return previous.parts.changes_to(match_counted_settings(previous.parts, stage, parts)) or "output missing"
