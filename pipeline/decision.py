"""Whether a stage has to run, and why; and, without running anything, what a run would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.execution import Execution, Version
from pipeline.fingerprint import Parts, explain, fingerprint, read_parts
from pipeline.record import RunRecord, StageRecord, read_runs
from pipeline.specification import Pipeline, Stage
from pipeline.store import Store
from schemas.blessing import Blessing

__all__ = ["Decision", "decide", "foresee", "refusal", "resolve_inputs"]


@dataclass(frozen=True)
class Decision:
    """What becomes of a stage whose inputs are known.

    Attributes:
        parts: what its outputs depend on.
        fingerprint: of the parts.
        unchanged: the execution that can be used again, its outputs intact; None where the stage runs.
        reason: why it runs, or since which run it is unchanged.
    """

    parts: Parts
    fingerprint: str
    unchanged: Execution | None
    reason: str


def decide(stage: Stage, pipeline: Pipeline, store: Store, inputs: Mapping[str, Version], *, forced: bool) -> Decision:
    """Look for an execution of a stage with the same parts and intact outputs."""
    parts = read_parts(stage, pipeline, {name: version.content for name, version in inputs.items()})
    key = fingerprint(parts)
    found = store.execution(stage.name, key)
    if forced:
        return Decision(parts, key, None, "forced")
    if found is None:
        return Decision(parts, key, None, _reason_to_run(stage, parts, store))
    damage = store.damage(found)
    if damage:
        return Decision(parts, key, None, damage)
    return Decision(parts, key, found, f"unchanged (from run {found.run})")


def resolve_inputs(stage: Stage, done: Mapping[str, Execution]) -> dict[str, Version] | None:
    """Give the version of each input; None where a stage above has not been carried out."""
    if any(port.stage not in done for port in stage.ports):
        return None
    return {name: done[port.stage].outputs[port.output] for name, port in stage.inputs.items()}


def refusal(stage: Stage, store: Store, inputs: Mapping[str, Version], done: Mapping[str, Execution]) -> str | None:
    """Say why the blessing that a stage requires does not let it run; None where it does or none is required."""
    if stage.requires is None:
        return None
    blessing = Blessing(store.artifacts / done[stage.requires.stage].outputs[stage.requires.output].path)
    kinds = stage.component.inputs
    return blessing.refusal({kinds[name].__name__: version.content for name, version in inputs.items()})


def foresee(pipeline: Pipeline, store: Store, *, force: Sequence[str] = ()) -> RunRecord:
    """Give the record of a run as far as it can be known: what depends on a stage that will run may run."""
    foreseen = RunRecord(run="")
    done: dict[str, Execution] = {}
    for stage in pipeline.stages:
        record, execution = _foresee_stage(stage, pipeline, store, done, foreseen, forced=stage.name in force)
        foreseen.add(record, execution, store)
        if execution:
            done[stage.name] = execution
    return foreseen


def _foresee_stage(  # noqa: PLR0913
    stage: Stage, pipeline: Pipeline, store: Store, done: dict[str, Execution], above: RunRecord, *, forced: bool
) -> tuple[StageRecord, Execution | None]:
    inputs = resolve_inputs(stage, done)
    if inputs is None:
        open_stages = (record for record in above.stages if record.stage not in done)
        first = next(record for record in open_stages if record.stage in {port.stage for port in stage.ports})
        if first.outcome == "blocked":
            return StageRecord(stage=stage.name, outcome="blocked", reason=first.reason), None
        reason = first.reason if first.outcome == "may run" else f"may run: {first.stage} will run"
        return StageRecord(stage=stage.name, outcome="may run", reason=reason), None
    if reason := refusal(stage, store, inputs, done):
        return StageRecord(stage=stage.name, outcome="blocked", reason=f"blocked: {reason}"), None
    decision = decide(stage, pipeline, store, inputs, forced=forced)
    if decision.unchanged is None:
        return StageRecord(stage=stage.name, outcome="will run", reason=decision.reason), None
    seconds = decision.unchanged.seconds
    return StageRecord(
        stage=stage.name, outcome="unchanged", reason=decision.reason, seconds=seconds
    ), decision.unchanged


def _reason_to_run(stage: Stage, parts: Parts, store: Store) -> str:
    previous = _previous_execution(stage.name, store)
    if previous is None:
        return "first run"
    return explain(previous.parts, parts) or "output missing"


def _previous_execution(stage: str, store: Store) -> Execution | None:
    """Give the execution of a stage in the latest run that has one."""
    for run in read_runs(store.artifacts):
        for record in run.stages:
            if record.stage == stage and (execution := store.execution(stage, record.fingerprint or "")):
                return execution
    return None
