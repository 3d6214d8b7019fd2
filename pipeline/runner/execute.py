"""Execute one stage: call its component, publish the outputs, record the execution."""

from __future__ import annotations

import importlib
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inference.model.threads import use_one_blas_thread
from learning.training import session
from pipeline.fingerprints.dependencies import read_parts, with_fallback
from pipeline.fingerprints.source import reread_source
from pipeline.log import capture_output
from pipeline.runner.plan import Decision, find_stored_execution
from pipeline.specification.stage import Pipeline, Stage
from pipeline.store import Store, Workspace
from schemas.artifacts.artifact import Output
from schemas.errors import StageError
from schemas.manifest import MANIFEST
from schemas.records.execution import Execution, Version
from schemas.records.run import RunRecord

__all__ = ["execute"]


def execute(  # noqa: PLR0913  (the stage, its inputs, and where they go)
    stage: Stage,
    decision: Decision,
    inputs: dict[str, Version],
    *,
    pipeline: Pipeline,
    store: Store,
    run: RunRecord,
    logs: Path,
) -> Execution:
    """Call a stage's component and publish what it writes; its printed output goes to *logs*.

    Returns:
        The execution; or that of an earlier run, if only the earlier run could reach what the settings ask for.

    Raises:
        StageError: An output is invalid, or code or data of the stage changed meanwhile.
        Exception: Whatever the component raises.
    """
    started, start = datetime.now(UTC), time.monotonic()
    workspace = store.open_workspace(stage.name, decision.fingerprint, list(stage.contract.outputs))
    logs.mkdir()
    with capture_output(logs / "output.txt"):
        _prepare(stage, decision, pipeline.project)
        kept = _call(stage, _arguments(stage, inputs, store, workspace, logs), store, decision)
        outputs = {} if kept else _publish(stage, decision, pipeline, store, workspace)
    if kept:
        store.clear(stage.name, decision.fingerprint)
        shutil.rmtree(logs)
        return kept
    parts = with_fallback(stage, decision.parts) if stage.config.was_unreachable else decision.parts
    execution = Execution(
        stage=stage.name,
        run=run.run,
        fingerprint=parts.fingerprint,
        parts=parts,
        inputs=inputs,
        outputs=outputs,
        environment=run.environment,
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - start, 3),
    )
    store.record(execution)
    return execution


def _publish(
    stage: Stage, decision: Decision, pipeline: Pipeline, store: Store, workspace: Workspace
) -> dict[str, Version]:
    """Publish what the component wrote, in place of damaged versions, if code and data are those it began with."""
    _check(stage, decision, pipeline, workspace)
    _set_aside_damaged(stage, decision, store)
    return store.publish(stage.name, workspace, stage.component.outputs, decision.damaged)


def _set_aside_damaged(stage: Stage, decision: Decision, store: Store) -> None:
    for record in store.unreadable(stage.name, decision.fingerprint):
        store.set_aside(record)
    for version in decision.damaged.outputs.values() if decision.damaged else ():
        if (store.artifacts / version.path).exists() and store.damage_of(version):
            store.set_aside(version.path)


def _prepare(stage: Stage, decision: Decision, project: Path) -> None:
    use_one_blas_thread()
    if decision.parts.threads:
        session.configure(decision.parts.threads)
    _load_source(stage, decision, project)


def _call(stage: Stage, arguments: dict[str, Any], store: Store, decision: Decision) -> Execution | None:
    """Call the component; return the execution that serves instead where it could not reach what it needs."""
    stage.config.forget_unreachable()
    try:
        stage.component.function(**arguments)
    except Exception:
        kept = _find_stored(stage, store, decision) if stage.config.was_unreachable else None
        if kept is None:
            raise
        return kept
    return _find_stored(stage, store, decision) if stage.config.was_unreachable else None


def _find_stored(stage: Stage, store: Store, decision: Decision) -> Execution | None:
    with store.steady():
        found = find_stored_execution(stage, store, decision)
        store.use(found.outputs.values() if found else ())
    return found


def _arguments(
    stage: Stage, inputs: dict[str, Version], store: Store, workspace: Workspace, logs: Path
) -> dict[str, Any]:
    component = stage.component
    arguments: dict[str, Any] = {
        name: kind(store.artifacts / inputs[name].path) if name in inputs else None
        for name, kind in component.inputs.items()
    }
    for name, folder in workspace.outputs.items():
        arguments[name] = Output(folder, workspace.scratch[name], logs)
    if component.config_name:
        arguments[component.config_name] = stage.config
    return arguments


def _check(stage: Stage, decision: Decision, pipeline: Pipeline, workspace: Workspace) -> None:
    if read_parts(stage, pipeline, decision.parts.inputs).data != decision.parts.data:
        raise StageError(f"the data of {stage.name} changed while it was being read", do="the same command again")
    _check_written(workspace)


def _check_written(workspace: Workspace) -> None:
    for name, folder in workspace.outputs.items():
        paths = list(folder.rglob("*"))
        if not any(path.is_file() for path in paths):
            raise StageError(f"output {name} was not written", found="an empty folder", expected="files")
        if any(path.is_symlink() for path in paths):
            raise StageError(
                f"output {name} contains a link", expected="files only: the target of a link cannot be sealed"
            )
        if folder / MANIFEST in paths:
            raise StageError(
                f"output {name} contains a {MANIFEST}", expected="another name: this one belongs to the store"
            )


def _load_source(stage: Stage, decision: Decision, project: Path) -> None:
    """Import every module the stage reaches, and check that their code still matches its fingerprint.

    Edits made after this, while the stage runs, have no effect.
    """
    for name in decision.parts.source:
        importlib.import_module(name)
    if reread_source(stage.contract.module, project, stage.functions).modules != decision.parts.source:
        raise StageError(f"the code of {stage.name} was edited since the run began", do="the same command again")
