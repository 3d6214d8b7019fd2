"""Carries one stage out: calls its component, publishes what it wrote, records the execution."""

from __future__ import annotations

import importlib
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inference.model.threads import use_one_thread_of_blas
from learning.training import session
from pipeline.dependencies import read_parts
from pipeline.log import capture_output
from pipeline.plan import Decision
from pipeline.source import reread_source
from pipeline.specification import Pipeline, Stage
from pipeline.store import Store, Workspace
from schemas.artifacts.artifact import Output
from schemas.errors import StageError
from schemas.manifest import MANIFEST
from schemas.records.execution import Execution, Version
from schemas.records.run import RunRecord

__all__ = ["execute"]


def execute(  # noqa: PLR0913  (what, from what, and where to)
    stage: Stage,
    decision: Decision,
    inputs: dict[str, Version],
    *,
    pipeline: Pipeline,
    store: Store,
    run: RunRecord,
    logs: Path,
) -> Execution:
    """Call a stage's component with its inputs and publish what it writes; what it prints goes to *logs*.

    Raises:
        StageError: an output was left empty. What the component raises is passed on.
    """
    started, begun = datetime.now(UTC), time.monotonic()
    kinds = stage.component.outputs
    for version in decision.damaged.outputs.values() if decision.damaged else ():
        if (store.artifacts / version.path).exists() and store.damage_of(version):
            store.set_aside(version.path)
    workspace = store.open_workspace(stage.name, decision.fingerprint, list(kinds))
    logs.mkdir()
    with capture_output(logs / "output.txt"):
        use_one_thread_of_blas()
        if decision.parts.threads:
            session.configure(decision.parts.threads)
        _load_source(stage, decision, pipeline.project)
        stage.component.function(**_arguments(stage, inputs, store, workspace, logs))
        if read_parts(stage, pipeline, decision.parts.inputs).data != decision.parts.data:
            raise StageError(f"the data of {stage.name} changed while it was read", do="digits run")
        _check_written(workspace)
        outputs = store.publish(stage.name, workspace, kinds, decision.damaged)
    execution = Execution(
        stage=stage.name,
        run=run.run,
        fingerprint=decision.fingerprint,
        parts=decision.parts,
        inputs=inputs,
        outputs=outputs,
        environment=run.environment,
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - begun, 3),
    )
    store.record(execution)
    return execution


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


def _check_written(workspace: Workspace) -> None:
    for name, folder in workspace.outputs.items():
        paths = list(folder.rglob("*"))
        if not any(path.is_file() for path in paths):
            raise StageError(f"the output {name} was not written", found="an empty folder", expected="files")
        if any(path.is_symlink() for path in paths):
            raise StageError(f"the output {name} holds a link", expected="files: what a link leads to cannot be sealed")
        if folder / MANIFEST in paths:
            raise StageError(f"the output {name} holds a {MANIFEST}", expected="another name: this one is the store's")


def _load_source(stage: Stage, decision: Decision, project: Path) -> None:
    """Import every module the stage reaches, and make sure that they are those its fingerprint was taken of.

    From here on the file of none of them is read again, whatever is edited while the stage runs.
    """
    for name in decision.parts.source:
        importlib.import_module(name)
    if reread_source(stage.component.module, project).modules != decision.parts.source:
        raise StageError(f"the code of {stage.name} was edited since the run began", do="digits run")
