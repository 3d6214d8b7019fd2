"""Prove a run: carry it out again in a scratch store, and compare what comes out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.fingerprints.dependencies import read_parts
from pipeline.history import read_run
from pipeline.load import load_past_pipeline
from pipeline.log import LOGGER, write_log
from pipeline.registry.bundles import JUDGE
from pipeline.registry.judging import judging
from pipeline.runner.environment import environment_of
from pipeline.runner.execute import execute
from pipeline.runner.plan import Decision
from pipeline.specification.stage import Pipeline, Stage
from pipeline.store import Store
from schemas.errors import InputError, UsageError, nearest
from schemas.manifest import MANIFEST, Manifest
from schemas.record import Record
from schemas.records.execution import Execution
from schemas.records.run import RunRecord

__all__ = ["Proof", "prove"]


class Proof(Record):
    """The proof of one output of a stage; `prove --json` prints a list of these."""

    stage: str
    output: str
    recorded: str
    """Content digest of the artifact that the run has."""
    again: str
    """Content digest of what came out now."""
    first_difference: str = ""
    """The first file that differs."""
    cause: str = ""
    """What has changed since: code, libraries, Python; empty if nothing that is recorded has."""
    environments: dict[str, tuple[str, str]] = {}
    """What differs between the machine then and now, by its name."""

    @property
    def identical(self) -> bool:
        """Whether the same content came out."""
        return self.recorded == self.again


def prove(project: Path, store: Store, run: RunRecord, only: str | None = None) -> list[Proof]:
    """Carry out the stages of a run again, each from its recorded inputs and settings, with the code of now.

    Nothing is written to the project: the outputs go to a temporary folder.

    Args:
        project: the folder of pipeline.yaml.
        store: of the project.
        run: to prove.
        only: the stage to prove; None for all.

    Raises:
        InputError: an input, or the record of a stage that the run has outputs of, is damaged or gone.
        UsageError: the run has no such stage.
        Exception: whatever a component raises.
    """
    made = {each.stage: store.execution(each.stage, each.fingerprint, each.run) for each in run.stages}
    asked = (each for each in run.stages if each.outputs and only in {None, each.stage})
    if lost := [each.stage for each in asked if made[each.stage] is None]:
        raise InputError(
            f"run {run.run} cannot be proven",
            found=f"no readable record of {', '.join(lost)}, which the run has outputs of",
            do="digits verify; --stage proves another stage",
        )
    executions = list(filter(None, made.values()))
    names = [each.stage for each in executions]
    if only and only not in names:
        do = nearest(only, names) or f"it has {', '.join(names) or 'none'}"
        raise UsageError(f"run {run.run} has no outputs of a stage {only}", do=do)
    scratches = tempfile.TemporaryDirectory(prefix="digits-proof-")
    with scratches as scratch, write_log(Path(scratch) / "log.jsonl"):  # or a library would log to standard error
        chosen = [each for each in executions if only in {None, each.stage}]
        return [proof for each in chosen for proof in _prove(each, run, project, store, Path(scratch))]


def _prove(made: Execution, run: RunRecord, project: Path, store: Store, scratch: Path) -> Iterator[Proof]:
    """Carry out one stage again and yield the proof of each output."""
    past = read_run(store.artifacts / "runs" / made.run) or run
    pipeline = load_past_pipeline(project, past, store.artifacts)
    stage = _placed(made.stage, pipeline)
    if stage is None and made.stage == JUDGE:
        pipeline = judging(pipeline, made.inputs["bundle"])
        stage = _placed(JUDGE, pipeline)
    if stage is None:
        raise InputError(f"the pipeline.yaml of run {past.run} has no stage {made.stage}")
    again, copy = _carry_out(made, stage, pipeline, store, Store(scratch / made.stage))
    for name, version in made.outputs.items():
        found = again.outputs.get(name)
        proof = Proof(stage=made.stage, output=name, recorded=version.content, again=found.content if found else "")
        if found and not proof.identical:
            yield proof.changed(
                first_difference=_first_difference(store.artifacts / version.path, copy.artifacts / found.path),
                cause=made.parts.changes_to(again.parts) or "",
                environments=_differences(made.environment, again.environment),
            )
        else:
            yield proof


def _placed(name: str, pipeline: Pipeline) -> Stage | None:
    return next((each for each in pipeline.stages if each.name == name), None)


def _carry_out(
    made: Execution, stage: Stage, pipeline: Pipeline, store: Store, scratch: Store
) -> tuple[Execution, Store]:
    """Execute a stage in a scratch store that has links to the recorded inputs."""
    for version in made.inputs.values():
        if damage := store.damage_of(version):
            raise InputError(f"{made.stage} cannot be proven: an input is lost", found=damage.text, do="digits verify")
        link = scratch.artifacts / version.path
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to((store.artifacts / version.path).resolve())
    (scratch.artifacts / "store" / stage.name).mkdir(parents=True, exist_ok=True)
    parts = read_parts(stage, pipeline, {name: version.content for name, version in made.inputs.items()})
    decision = Decision(parts, parts.fingerprint, None, None, "to prove it")
    LOGGER.info("%s: carried out again", stage.name, extra={"started": stage.name})
    record = RunRecord(run="proof", environment=environment_of(pipeline))
    logs = scratch.artifacts / "logs"
    again = execute(stage, decision, made.inputs, pipeline=pipeline, store=scratch, run=record, logs=logs)
    LOGGER.info("%s done in %.1f s", stage.name, again.seconds, extra={"kept": stage.name})
    return again, scratch


def _first_difference(recorded: Path, again: Path) -> str:
    """Return the first file that differs between two versions, or is only in one of them."""
    old, new = Manifest.read(recorded), Manifest.read(again)
    if old is None or new is None:
        return MANIFEST
    return next((name for name in sorted(old.files | new.files) if old.files.get(name) != new.files.get(name)), "")


def _differences(then: dict[str, Any], now: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return the values of two environments that differ, libraries by their names."""
    old, new = (_flat(each) for each in (then, now))
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name) and name != "git"]
    return {name: (str(old.get(name, "none")), str(new.get(name, "none"))) for name in names}


def _flat(environment: dict[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in environment.items() if not isinstance(value, dict)}
    return flat | dict(environment.get("libraries", {}))
