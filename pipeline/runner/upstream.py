"""Take the outputs of upstream stages from an earlier run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from pipeline.champion import baseline
from pipeline.fingerprints.dependencies import match_counted_settings, read_parts
from pipeline.history import read_runs_of
from pipeline.specification.stage import CHAMPION, CORRECTIONS, STANDING, Pipeline, Stage
from pipeline.store import Store
from schemas.errors import InputError, UsageError
from schemas.records.execution import Execution, Version
from schemas.records.run import RunRecord, StageRecord

__all__ = ["executions_of", "resolve_inputs", "take_stage"]


def take_stage(  # noqa: PLR0913  (the stage, the run to take it from, and the purpose)
    stage: Stage,
    pipeline: Pipeline,
    store: Store,
    done: Mapping[str, Execution],
    base: RunRecord | None,
    *,
    whole: bool,
) -> tuple[StageRecord, Execution]:
    """Take a stage from the run *base*; else, or if that lacks it, from the newest run of the pipeline that has it.

    Args:
        stage: to take.
        pipeline: as it is now; differences from the earlier run are named in the reason.
        store: of the project.
        done: the executions taken for the stages above.
        base: the run to take it from.
        whole: whether the run may end in a promotion; then what is taken must fit together.

    Raises:
        InputError: The stage never ran, or one of its outputs is damaged.
        UsageError: It blessed by rules that have changed since, or was made from other inputs.
    """
    again = pipeline.command("--from" if done else "--to", stage.name)
    runs = chain([base] if base else [], read_runs_of(store.artifacts, pipeline.file))
    run, found = next(executions_of(stage.name, store, runs), (None, None))
    if found is None:
        do = pipeline.command("--to", stage.name)
        raise InputError(f"{stage.name} cannot be taken from a run: it never ran", do=do)
    refused = f"{stage.name} cannot be taken from run {run}"
    if damage := store.damage(found):
        raise InputError(refused, found=damage.text, do=again)
    outputs, wanted = ", ".join(found.outputs), ", ".join(stage.contract.outputs)
    if found.outputs.keys() != stage.contract.outputs.keys():
        raise InputError(refused, found=f"outputs {outputs}", expected=wanted, do=again)
    inputs = resolve_inputs(stage, done, store) or {}
    now = read_parts(stage, pipeline, {name: version.content for name, version in inputs.items()})
    if whole and _made_here(stage, now.inputs) != _made_here(stage, found.parts.inputs):
        other = found.parts.changes_to(found.parts.changed(inputs=now.inputs)) or ""
        raise UsageError(f"{refused}: it was made from other inputs", found=other, do=again)
    since = found.parts.changes_to(match_counted_settings(found.parts, stage, now))
    if since and stage.contract.blessings:
        raise UsageError(f"{refused}: it judged under other conditions", found=since, do=again)
    reason = f"taken from run {run}" + (f"; since then: {since}" if since else "")
    record = StageRecord(stage=stage.name, outcome="unchanged", reason=reason, fingerprint=found.fingerprint)
    return record, found


def _made_here(stage: Stage, inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the digests of all inputs but corrections: like data outside the project, they may have grown since."""
    return {name: content for name, content in inputs.items() if stage.inputs.get(name) != CORRECTIONS}


def resolve_inputs(stage: Stage, done: Mapping[str, Execution], store: Store) -> dict[str, Version] | None:
    """Return the version of each input; None if a stage above has no execution."""
    if any(port.stage not in done for port in stage.ports):
        return None
    ports = {name: port for name, port in stage.inputs.items() if port not in STANDING}
    inputs = {name: done[port.stage].outputs[port.output] for name, port in ports.items()}
    standing: dict[str, Version | None] = {}
    for name, port in stage.inputs.items():
        if port == CHAMPION:
            standing[name] = baseline(stage, name, inputs, store)
        elif port == CORRECTIONS:
            from pipeline.corrections import newest_corrections

            standing[name] = newest_corrections(store)
    return inputs | {name: version for name, version in standing.items() if version} | stage.given


def executions_of(stage: str, store: Store, runs: Iterable[RunRecord]) -> Iterator[tuple[str, Execution]]:
    """Yield those of the runs, by name, that have an execution of a stage, with that execution."""
    for run in runs:
        records = (record for record in run.stages if record.stage == stage and record.outputs)
        found = (store.execution(stage, record.fingerprint, record.run) for record in records)
        yield from ((run.run, execution) for execution in found if execution)
