"""Carries a pipeline out on this machine, stage by stage, in one process."""

from __future__ import annotations

import fcntl
import os
import platform
import secrets
import shutil
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.decision import Decision, decide, refusal, resolve_inputs
from pipeline.execution import Execution, Version
from pipeline.fingerprint import uses_tensorflow
from pipeline.log import LOGGER, capture_output, write_log
from pipeline.record import RunRecord, StageRecord
from pipeline.registry import champion, point, promote
from pipeline.specification import FILE, Pipeline, Stage
from pipeline.store import Store, Workspace
from schemas.artifact import Output
from schemas.bundle import Bundle
from schemas.errors import StageError

__all__ = ["Run", "carry_out"]


@dataclass
class Run:
    """A run under way, and what it has come to.

    Attributes:
        pipeline: what is carried out.
        store: where to.
        folder: of the run.
        record: what is written to run.json.
        done: the execution of each stage that ran or is unchanged.
        failure: what ended a stage, if one failed.
    """

    pipeline: Pipeline
    store: Store
    folder: Path
    record: RunRecord
    done: dict[str, Execution] = field(default_factory=dict)
    failure: Exception | None = None


def carry_out(pipeline: Pipeline, store: Store, *, force: Sequence[str] = ()) -> Run:
    """Carry every stage out that has to run, promote the bundle if the gate let it through, and record it all.

    A stage that fails ends the run; what finished before stays.

    Args:
        pipeline: the stages.
        store: of their artifacts.
        force: names of stages that run even if nothing changed.

    What is no Exception, such as a signal, ends the run too, and the record says `interrupted`.
    """
    begun = time.monotonic()
    run = _open_run(pipeline, store)
    with _held(run.folder), write_log(run.folder / "log.jsonl"):
        try:
            for stage in pipeline.stages:
                _settle(run, stage, forced=stage.name in force)
            _conclude(run)
        finally:
            store.save_seen()
            run.record.champion = champion(store.artifacts)
            run.record.seconds = round(time.monotonic() - begun, 3)
            run.record.write(run.folder)
    return run


def _open_run(pipeline: Pipeline, store: Store) -> Run:
    now = datetime.now(UTC)
    name = f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03d}Z-{secrets.token_hex(2)}"
    folder = store.artifacts / "runs" / name
    (folder / "logs").mkdir(parents=True)
    shutil.copyfile(pipeline.project / FILE, folder / FILE)
    record = RunRecord(
        run=name,
        overrides=list(pipeline.overrides),
        started=now.isoformat(timespec="seconds"),
        environment=_environment(pipeline.project),
    )
    record.write(folder)
    point(store.artifacts / "latest", f"runs/{name}")
    return Run(pipeline, store, folder, record)


def _settle(run: Run, stage: Stage, *, forced: bool) -> None:
    """Find out what becomes of a stage, carry it out if need be, and record it."""
    begun = time.monotonic()
    inputs = resolve_inputs(stage, run.done)
    if inputs is None or run.failure:
        record, execution = StageRecord(stage=stage.name, outcome="skipped", reason=_why_skipped(run.record)), None
    elif reason := refusal(stage, run.store, inputs, run.done):
        record, execution = StageRecord(stage=stage.name, outcome="blocked", reason=f"blocked: {reason}"), None
    else:
        with run.store.lock(stage.name):
            record, execution = _carry_out_stage(run, stage, inputs, forced=forced)
    record.seconds = round(time.monotonic() - begun, 3)
    _note(run, record, execution)


def _carry_out_stage(
    run: Run, stage: Stage, inputs: dict[str, Version], *, forced: bool
) -> tuple[StageRecord, Execution | None]:
    decision = decide(stage, run.pipeline, run.store, inputs, forced=forced)
    record = StageRecord(
        stage=stage.name, outcome="unchanged", reason=decision.reason, fingerprint=decision.fingerprint
    )
    if decision.unchanged:
        return record, decision.unchanged
    LOGGER.info("%s: %s", stage.name, decision.reason, extra={"started": stage.name})
    try:
        execution = _execute(run, stage, decision, inputs)
    except Exception as error:  # noqa: BLE001  (whatever a component raises ends its stage, not the record)
        run.failure = error
        record.outcome, record.error = "failed", f"{type(error).__name__}: {error}"
        LOGGER.error("%s failed", stage.name, exc_info=error)
        return record, None
    record.outcome = "ran"
    return record, execution


def _execute(run: Run, stage: Stage, decision: Decision, inputs: dict[str, Version]) -> Execution:
    """Call the component and publish what it wrote."""
    started, begun = datetime.now(UTC), time.monotonic()
    kinds = stage.component.outputs
    workspace = run.store.open_workspace(stage.name, decision.fingerprint, list(kinds))
    logs = run.folder / "logs" / stage.name
    logs.mkdir()
    with capture_output(logs / "output.txt"):
        if uses_tensorflow(stage):
            _configure_tensorflow(run.pipeline.threads)
        stage.component.function(**_arguments(run, stage, inputs, workspace, logs))
        _check_written(workspace)
        outputs = run.store.publish(stage.name, workspace, kinds)
    execution = Execution(
        stage=stage.name,
        run=run.record.run,
        fingerprint=decision.fingerprint,
        parts=decision.parts,
        inputs=inputs,
        outputs=outputs,
        environment={name: str(value) for name, value in run.record.environment.items()},
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - begun, 3),
    )
    run.store.record(execution)
    return execution


def _arguments(run: Run, stage: Stage, inputs: dict[str, Version], workspace: Workspace, logs: Path) -> dict[str, Any]:
    component = stage.component
    arguments: dict[str, Any] = {
        name: component.inputs[name](run.store.artifacts / version.path) for name, version in inputs.items()
    }
    for name, folder in workspace.outputs.items():
        arguments[name] = Output(folder, workspace.scratch[name], logs)
    if component.takes_config:
        arguments["config"] = stage.config
    return arguments


def _check_written(workspace: Workspace) -> None:
    for name, folder in workspace.outputs.items():
        if not any(path.is_file() for path in folder.rglob("*")):
            raise StageError(f"the output {name} was not written", found="an empty folder", expected="files")


def _configure_tensorflow(threads: int) -> None:
    from learning import session

    session.configure(threads)


def _note(run: Run, record: StageRecord, execution: Execution | None) -> None:
    """Add a stage to the record, link its outputs, and tell whoever listens."""
    had_notice = run.record.notice
    run.record.add(record, execution, run.store)
    if execution:
        run.done[record.stage] = execution
        for name, path in record.outputs.items():
            point(run.folder / f"{record.stage}.{name}", f"../../{path}")
    if record.outcome != "unchanged":
        run.record.write(run.folder)
    LOGGER.info("%s %s: %s", record.stage, record.outcome, record.reason, extra={"stage_record": record})
    if record.outcome == "ran" and run.record.notice and not had_notice:
        LOGGER.warning("%s", run.record.notice, extra={"notice": run.record.notice})


def _why_skipped(record: RunRecord) -> str:
    stopped = next(stage for stage in record.stages if stage.outcome in {"failed", "blocked", "skipped"})
    return f"{stopped.stage} {stopped.outcome}"


def _conclude(run: Run) -> None:
    """Name the outcome of the run; a bundle it put out becomes the champion."""
    outcomes = {stage.outcome for stage in run.record.stages}
    bundles = [
        run.done[stage.name].outputs[name].path
        for stage in run.pipeline.stages
        if stage.name in run.done
        for name, kind in stage.component.outputs.items()
        if issubclass(kind, Bundle)
    ]
    if run.failure:
        run.record.outcome = "failed"
    elif "blocked" in outcomes:
        run.record.outcome = "rejected"
    elif bundles:
        promote(run.store.artifacts, bundles[-1])
        run.record.outcome = "promoted"
    else:
        run.record.outcome = "completed"


@contextmanager
def _held(folder: Path) -> Generator[None]:
    """Hold a run's folder, so that others see that its process lives."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _environment(project: Path) -> dict[str, Any]:
    """Say on what the run was carried out."""
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "git": _git_commit(project),
    }


def _git_commit(project: Path) -> str | None:
    if not any((folder / ".git").exists() for folder in (project, *project.parents)):
        return None
    command = ["git", "-C", str(project), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()
