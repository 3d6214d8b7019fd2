"""Run every selected stage of a pipeline, and record the run."""

from __future__ import annotations

import shutil
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import takewhile

from pipeline.champion import champion
from pipeline.history import hold, new_run_name
from pipeline.log import write_log
from pipeline.runner.conclude import conclude, mend_champion
from pipeline.runner.environment import environment_of
from pipeline.runner.plan import foresee_stage
from pipeline.runner.run import Run, Selection
from pipeline.runner.run_stage import run_stage
from pipeline.runner.upstream import take_stage
from pipeline.specification.stage import FILE, Pipeline, Stage
from pipeline.store import Store
from schemas.errors import DigitsError
from schemas.manifest import fsync, replace_link
from schemas.records.execution import Execution
from schemas.records.run import RunRecord, StageRecord

__all__ = ["run_pipeline"]


def run_pipeline(pipeline: Pipeline, store: Store, selection: Selection | None = None) -> Run:
    """Run every selected stage that needs it, promote the bundle if the gate blessed it, and record all of it.

    A stage that fails ends the run; the stages before it keep their outputs. A signal, or anything else that is not
    an Exception, ends the run too, and the record says `interrupted`. A run that cannot start leaves no record.

    Raises:
        InputError: A stage above the first selected one never ran, or its output is damaged; or what a setting
            names is missing or damaged.
        UsageError: What an earlier run left does not fit the stages selected.
    """
    selection = selection or Selection()
    start = time.monotonic()
    for stage in pipeline.stages:
        stage.check_paths()
    with ExitStack() as ends:
        with store.steady():
            taken = _take_above(pipeline, store, selection)
            store.use(version for _, execution in taken for version in execution.outputs.values())
            run = _open_run(pipeline, store)
            ends.enter_context(hold(run.folder))
        ends.enter_context(write_log(run.folder / "log.jsonl"))
        try:
            for record, execution in taken:
                run.add(record, execution)
            _run_stages(run, selection)
            mend_champion(run)
            conclude(run, selection)
        except DigitsError as error:
            run.record.outcome, run.record.error = "failed", str(error)
            raise
        finally:
            store.save_stat_cache()
            run.record.champion = champion(store.artifacts)
            run.record.seconds = round(time.monotonic() - start, 3)
            run.record.write(run.folder, flush=True)
            for path in (run.folder / FILE, run.folder.parent, store.artifacts):  # and the link latest
                fsync(path)
    return run


def _open_run(pipeline: Pipeline, store: Store) -> Run:
    now = datetime.now(UTC)
    runs = store.artifacts / "runs"
    runs.mkdir(exist_ok=True)
    name = new_run_name(now, (each.name for each in runs.iterdir()))
    folder = runs / name
    (folder / "logs").mkdir(parents=True)
    shutil.copyfile(pipeline.path, folder / FILE)
    record = RunRecord(
        run=name,
        overrides=list(pipeline.overrides),
        file=pipeline.file,
        judged=next((version.path for version in pipeline.given), None),
        started=now.isoformat(timespec="seconds"),
        environment=environment_of(pipeline),
    )
    record.write(folder)
    replace_link(store.artifacts / "latest", f"runs/{name}")
    return Run(pipeline, store, folder, record)


def _take_above(pipeline: Pipeline, store: Store, selection: Selection) -> list[tuple[StageRecord, Execution]]:
    """Take the stages above the first selected one from an earlier run."""
    taken: list[tuple[StageRecord, Execution]] = []
    for stage in takewhile(lambda stage: stage.name != selection.first, pipeline.stages if selection.first else ()):
        start = time.monotonic()
        done = {record.stage: execution for record, execution in taken}
        taken.append(take_stage(stage, pipeline, store, done, selection.base, whole=selection.last is None))
        taken[-1][0].seconds = round(time.monotonic() - start, 3)
    return taken


def _run_stages(run: Run, selection: Selection) -> None:
    """Run the stages up to the last selected one, except those taken, and check those below."""
    names = [stage.name for stage in run.pipeline.stages]
    last = names.index(selection.last) if selection.last else len(names) - 1
    for position, stage in enumerate(run.pipeline.stages[len(run.done) :], len(run.done)):
        start = time.monotonic()
        if position <= last:
            record, execution = run_stage(run, stage, forced=stage.name in selection.force)
        else:
            record, execution = _check_stale(run, stage)
        record.seconds = round(time.monotonic() - start, 3)
        run.add(record, execution)


def _check_stale(run: Run, stage: Stage) -> tuple[StageRecord, Execution | None]:
    """Return the record of a stage that is not selected: stale if it would run."""
    with run.store.steady():
        record, execution = foresee_stage(stage, run.pipeline, run.store, run.done, run.record)
        run.store.use(execution.outputs.values() if execution else ())
    if record.outcome in {"will run", "may run"}:
        record.outcome = "stale"
    return record, execution
