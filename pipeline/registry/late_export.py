"""Write the bundle of a past run that exported none: of one that the gate refused, or that ended at the gate."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.history import hold
from pipeline.log import LOGGER, write_log
from pipeline.runner.plan import Decision, decide
from pipeline.specification.stage import CHAMPION, Pipeline, Stage
from pipeline.store import Store
from schemas.errors import InputError, UsageError
from schemas.manifest import Manifest, replace_link
from schemas.records.execution import Execution, Version
from schemas.records.run import RunRecord

__all__ = ["export_late"]


def export_late(run: RunRecord, pipeline: Pipeline, store: Store) -> str:
    """Run the exporting stage on the outputs of a past run, whatever the gate said, and add its outputs to that run.

    The stage takes the blessing that it requires, so that the bundle says what the gate said. Nothing is promoted.

    Returns:
        The path of the bundle, relative to artifacts/.

    Raises:
        InputError: the run lacks something that the stage takes, or it is damaged.
        UsageError: no stage exports a bundle, or it does not take the blessing that it requires; or the run still runs.
    """
    stage = next((each for each in reversed(pipeline.stages) if each.contract.bundles), None)
    if stage is None:
        raise UsageError("no stage of pipeline.yaml exports a model")
    if stage.requires not in stage.inputs.values():
        do = f"add {stage.requires} to its inputs, so that the bundle can say what the gate said"
        raise UsageError(f"{stage.name} cannot export a refused model: it does not take its blessing", do=do)
    if run.outcome == "running":
        raise UsageError(f"run {run.run} is still running", do="wait for it")
    inputs = _inputs(stage, run, store)
    folder = store.artifacts / "runs" / run.run
    with hold(folder), write_log(folder / "log.jsonl"), store.lock(stage.name, lambda: None):
        decision = decide(stage, pipeline, store, inputs)
        LOGGER.info("%s: the bundle of run %s is written", stage.name, run.run, extra={"started": stage.name})
        execution = decision.unchanged or _execute(stage, decision, inputs, pipeline, store, run)
        LOGGER.info("%s done in %.1f s", stage.name, execution.seconds, extra={"kept": stage.name})
        _add(execution, decision.fingerprint, run, folder)
    return execution.outputs[stage.contract.bundles[0]].path


def _inputs(stage: Stage, run: RunRecord, store: Store) -> dict[str, Version]:
    made = {(each.stage, name): path for each in run.stages for name, path in each.outputs.items()}
    inputs: dict[str, Version] = {}
    for name, port in stage.inputs.items():
        path = made.get((port.stage, port.output))
        if path is None and (port == CHAMPION or name in stage.contract.optional):
            continue
        if path is None:
            raise InputError(f"run {run.run} has no {port}", found=_how_far(run), do="digits run makes all of it")
        manifest = Manifest.read(store.artifacts / path)
        inputs[name] = Version(path=path, content=manifest.content if manifest else "")
        if damage := store.damage_of(inputs[name]):
            raise InputError(f"{path} is damaged or gone", found=damage.text, do="digits run makes it again")
    return inputs


def _how_far(run: RunRecord) -> str:
    """Return what became of the first stage that has no outputs: `train failed`."""
    stopped = next((each for each in run.stages if not each.outputs), None)
    return f"{stopped.stage} {stopped.outcome}" if stopped else f"a run that ended {run.outcome}"


def _execute(  # noqa: PLR0913, PLR0917  (the stage, its inputs, and where they go)
    stage: Stage, decision: Decision, inputs: dict[str, Version], pipeline: Pipeline, store: Store, run: RunRecord
) -> Execution:
    from pipeline.runner.execute import execute

    logs = store.artifacts / "runs" / run.run / "logs" / stage.name
    if logs.is_symlink():
        logs.unlink()
    shutil.rmtree(logs, ignore_errors=True)  # of an attempt that failed
    return execute(stage, decision, inputs, pipeline=pipeline, store=store, run=run, logs=logs)


def _add(execution: Execution, fingerprint: str, run: RunRecord, folder: Path) -> None:
    """Add the outputs to the record and the folder of the run; the outcome of the stage stays as it was."""
    record = next(each for each in run.stages if each.stage == execution.stage)
    record.outputs = {name: version.path for name, version in execution.outputs.items()}
    record.run, record.fingerprint = execution.run, fingerprint
    for name, path in record.outputs.items():
        replace_link(folder / f"{execution.stage}.{name}", f"../../{path}")
    run.write(folder, flush=True)
