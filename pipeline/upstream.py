"""The stages above those a run carries out: taken as an earlier run left them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from pipeline.fingerprint import explain, read_parts
from pipeline.history import read_runs
from pipeline.specification import Pipeline, Stage
from pipeline.store import Store
from schemas.errors import InputError
from schemas.execution import Execution
from schemas.run import RunRecord, StageRecord

__all__ = ["previous_executions", "take"]


def take(
    stage: Stage, pipeline: Pipeline, store: Store, base: RunRecord | None, this: str
) -> tuple[StageRecord, Execution]:
    """Take a stage from the run *base*, by default the latest; where it is missing there, from the newest that has it.

    Args:
        stage: to take.
        pipeline: as it is now: what differs from then is named in the reason.
        store: of the artifacts.
        base: the run to take it from.
        this: name of the run under way, which has nothing to give.

    Raises:
        InputError: the stage never ran, or an output of it is damaged.
    """
    runs = [base] if base else []
    found = next(previous_executions(stage.name, store, this, runs), None)
    if found is None:
        raise InputError(f"{stage.name} cannot be taken from a run: it never ran", do=f"digits run --to {stage.name}")
    if damage := store.damage(found):
        raise InputError(
            f"{stage.name} cannot be taken from run {found.run}", found=damage.text, do=f"digits run --to {stage.name}"
        )
    inputs = {name: version.content for name, version in found.inputs.items()}
    since = explain(found.parts, read_parts(stage, pipeline, inputs))
    reason = f"taken from run {found.run}" + (f"; since then: {since}" if since else "")
    record = StageRecord(stage=stage.name, outcome="unchanged", reason=reason, fingerprint=found.fingerprint)
    return record, found


def previous_executions(
    stage: str, store: Store, this: str = "", first: list[RunRecord] | None = None
) -> Iterator[Execution]:
    """Yield the executions of a stage, of the runs *first* and then from the newest run to the oldest but *this*."""
    for run in chain(first or (), read_runs(store.artifacts)):
        for record in run.stages if run.run != this else ():
            if record.stage == stage and (execution := store.execution(stage, record.fingerprint or "")):
                yield execution
