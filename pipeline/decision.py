"""Whether a stage has to run, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.execution import Execution, Version
from pipeline.fingerprint import Parts, explain, fingerprint, read_parts
from pipeline.record import read_runs
from pipeline.specification import Pipeline, Stage
from pipeline.store import Store
from schemas.blessing import Blessing

__all__ = ["Decision", "decide", "refusal", "resolve_inputs"]


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


def decide(
    stage: Stage, pipeline: Pipeline, store: Store, inputs: Mapping[str, Version], *, forced: bool
) -> Decision:
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
    ports = [*stage.inputs.values(), *([stage.requires] if stage.requires else [])]
    if any(port.stage not in done for port in ports):
        return None
    return {name: done[port.stage].outputs[port.output] for name, port in stage.inputs.items()}


def refusal(
    stage: Stage, store: Store, inputs: Mapping[str, Version], done: Mapping[str, Execution]
) -> str | None:
    """Say why the blessing that a stage requires does not let it run; None where it does or none is required."""
    if stage.requires is None:
        return None
    blessing = Blessing(store.artifacts / done[stage.requires.stage].outputs[stage.requires.output].path)
    kinds = stage.component.inputs
    return blessing.refusal({kinds[name].__name__: version.content for name, version in inputs.items()})


def _reason_to_run(stage: Stage, parts: Parts, store: Store) -> str:
    previous = _previous_execution(stage.name, store)
    if previous is None:
        return "first run"
    return explain(previous.parts, parts) or "output missing"


def _previous_execution(stage: str, store: Store) -> Execution | None:
    """Give the execution of a stage in the latest run that has one."""
    for run in read_runs(store.artifacts):
        for record in run.stages:
            if record.stage == stage and record.fingerprint:
                if execution := store.execution(stage, record.fingerprint):
                    return execution
    return None
