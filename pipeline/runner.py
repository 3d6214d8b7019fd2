"""Run a pipeline on this machine, stage by stage, in one process."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

from pipeline.champion import champion, given_up, promote
from pipeline.fingerprints.libraries import library_versions
from pipeline.fingerprints.source import read_source
from pipeline.history import hold, maker_of, new_run_name, read_runs
from pipeline.log import LOGGER, write_log
from pipeline.machine_errors import explain_machine_error
from pipeline.plan import decide, foresee_stage, refusal
from pipeline.specification.stage import CHAMPION, FILE, Pipeline, Stage
from pipeline.store import Store
from pipeline.upstream import resolve_inputs, take_stage
from schemas.errors import DigitsError
from schemas.manifest import Manifest, fsync, replace_link
from schemas.records.execution import Execution, Version
from schemas.records.run import RunRecord, StageRecord

__all__ = ["Run", "Selection", "environment_of", "run_pipeline"]


@dataclass(frozen=True)
class Selection:
    """Which stages to run; by default all.

    Attributes:
        first: start here; the stages above are taken from an earlier run.
        last: stop here; the stages below are only checked, and reported stale if they would run.
        force: stages that run even if nothing changed.
        base: the run to take stages from; None for the latest.
        promote: whether a blessed bundle becomes the champion.
    """

    first: str | None = None
    last: str | None = None
    force: tuple[str, ...] = ()
    base: RunRecord | None = None
    promote: bool = True


@dataclass
class Run:
    """A run and its results so far.

    Attributes:
        pipeline: that is run.
        store: that its outputs go to.
        folder: of the run.
        record: the content of run.json.
        done: the execution of each stage that ran, is unchanged or was taken.
        failure: the exception that ended a stage, if one failed.
    """

    pipeline: Pipeline
    store: Store
    folder: Path
    record: RunRecord
    done: dict[str, Execution] = field(default_factory=dict)
    failure: BaseException | None = None


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
                _add_stage(run, record, execution)
            _run_stages(run, selection)
            _mend_champion(run)
            _conclude(run, selection)
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
            record, execution = _run_stage(run, stage, forced=stage.name in selection.force)
        else:
            record, execution = _check_stale(run, stage)
        record.seconds = round(time.monotonic() - start, 3)
        _add_stage(run, record, execution)


def _run_stage(run: Run, stage: Stage, *, forced: bool) -> tuple[StageRecord, Execution | None]:
    """Decide whether a stage is skipped, blocked, unchanged or run, and run it if needed."""
    with run.store.steady():
        inputs = resolve_inputs(stage, run.done, run.store)
        run.store.use((inputs or {}).values())
    if run.failure or inputs is None:
        return StageRecord(stage=stage.name, outcome="skipped", reason=_why_skipped(run.record)), None
    if reason := refusal(stage, run.store, inputs, run.done):
        return StageRecord(stage=stage.name, outcome="blocked", reason=f"blocked: {reason}"), None
    with run.store.lock(stage.name, lambda: _log_waiting(run, stage)):
        with run.store.steady():
            decision = decide(stage, run.pipeline, run.store, inputs, forced=forced)
            run.store.use(decision.unchanged.outputs.values() if decision.unchanged else ())
        record = StageRecord(
            stage=stage.name, outcome="unchanged", reason=decision.reason, fingerprint=decision.fingerprint
        )
        if decision.unchanged:
            run.store.clear(stage.name, decision.parts.fingerprint)
            return record, decision.unchanged
        LOGGER.info("%s: %s", stage.name, decision.reason, extra={"started": stage.name})
        run.record.under_way = stage.name
        run.record.write(run.folder)
        logs = run.folder / "logs" / stage.name
        try:
            from pipeline.execute import execute

            _mend(run, [inputs[name] for name, port in stage.inputs.items() if port == CHAMPION and name in inputs])
            execution = execute(
                stage, decision, inputs, pipeline=run.pipeline, store=run.store, run=run.record, logs=logs
            )
        except (Exception, SystemExit) as error:  # noqa: BLE001  (whatever a component raises must only fail its stage)
            run.failure = error = explain_machine_error(error, stage.name, run.store.artifacts)
            record.outcome, record.error = "failed", str(error)
            if not isinstance(error, DigitsError):
                record.error = f"{type(error).__name__}: {error}"
            LOGGER.error("%s failed", stage.name, exc_info=error)
            return record, None
    record.fingerprint = execution.fingerprint
    if execution.run == run.record.run:
        record.outcome = "ran"
    else:
        changes = execution.parts.changes_to(decision.parts)
        record.reason = f"unchanged (from run {execution.run}); the host could not be asked"
        record.reason += f"; since then: {changes}" if changes else ""
        LOGGER.info("%s: %s", stage.name, record.reason, extra={"kept": stage.name})
    return record, execution


def _mend(run: Run, versions: Iterable[Version]) -> None:
    """Make versions again that no stage of this run makes, where they are damaged."""
    for version in versions:
        if run.store.damage_of(version):
            from pipeline.repair import Repair

            Repair(run.pipeline.project, run.store, run.record, run.folder / "logs").mend(version)


def _mend_champion(run: Run) -> None:
    """Make the champion again if it is damaged and no stage of this run has made it; if that fails, only warn."""
    path = champion(run.store.artifacts) or ""
    manifest = Manifest.read(run.store.artifacts / path)
    intact = manifest and not run.store.damage_of(Version(path=path, content=manifest.content))
    if run.failure or intact or not path.startswith("store/"):
        return
    makers = (version for each in run.store.executions(path.split("/")[1]) for version in each.outputs.values())
    try:
        _mend(run, [version for version in makers if version.path == path][:1])
    except Exception as error:  # noqa: BLE001  (whatever a component raises: the run itself has succeeded)
        run.record.warnings.append(f"the champion is damaged and could not be made again: {error}".splitlines()[0])
        LOGGER.warning("%s", run.record.warnings[-1], exc_info=error)


def _check_stale(run: Run, stage: Stage) -> tuple[StageRecord, Execution | None]:
    """Return the record of a stage that is not selected: stale if it would run."""
    with run.store.steady():
        record, execution = foresee_stage(stage, run.pipeline, run.store, run.done, run.record)
        run.store.use(execution.outputs.values() if execution else ())
    if record.outcome in {"will run", "may run"}:
        record.outcome = "stale"
    return record, execution


def _add_stage(run: Run, record: StageRecord, execution: Execution | None) -> None:
    """Add a stage to the record, link its outputs in the run's folder, and log it."""
    had_notice = run.record.notice
    run.record.add(record, execution, run.store.artifacts)
    run.record.under_way = None
    if execution:
        run.done[record.stage] = execution
        if execution.run != run.record.run:
            replace_link(run.folder / "logs" / record.stage, f"../../{execution.run}/logs/{record.stage}")
        for name, path in record.outputs.items():
            replace_link(run.folder / f"{record.stage}.{name}", f"../../{path}")
    if record.outcome != "unchanged":
        run.record.write(run.folder)
    LOGGER.info("%s %s: %s", record.stage, record.outcome, record.reason, extra={"stage_record": record})
    if record.outcome == "ran" and run.record.notice and not had_notice:
        LOGGER.warning("%s", run.record.notice, extra={"notice": run.record.notice})


def _log_waiting(run: Run, stage: Stage) -> None:
    runs = (other for other in read_runs(run.store.artifacts) if other.outcome == "running")
    holder = next((f"run {other.run}" for other in runs if other.under_way == stage.name), "another run")
    LOGGER.info("%s: waiting for %s, which is running this stage", stage.name, holder, extra={"waiting": stage.name})


def _why_skipped(record: RunRecord) -> str:
    stopped = next(stage for stage in record.stages if stage.outcome in {"failed", "blocked", "skipped"})
    return f"{stopped.stage} {stopped.outcome}"


def _conclude(run: Run, selection: Selection) -> None:
    """Set the outcome of the run by what it carried out; promote the bundle of a complete one."""
    names = [stage.name for stage in run.pipeline.stages]
    first = names.index(selection.first) if selection.first else 0
    last = names.index(selection.last) if selection.last else len(names) - 1
    carried_out = run.pipeline.stages[first : last + 1]
    blocked = {stage.stage for stage in run.record.stages if stage.outcome == "blocked"}
    judged = any(stage.contract.blessings for stage in carried_out)
    bundles = [
        (run.done[stage.name].outputs[name], stage.requires.stage)
        for stage in run.pipeline.stages
        if stage.name in run.done and stage.requires
        for name in stage.contract.bundles
    ]
    if run.failure:
        run.record.outcome = "failed"
    elif blocked.intersection(stage.name for stage in carried_out) or (judged and _is_refused(run.record)):
        run.record.outcome, run.record.explanation = "rejected", _how_the_champion_was_made(run)
    elif selection.last:
        run.record.outcome, run.record.explanation = "partial", _how_to_promote(run)
    elif bundles:
        _promote(run, *bundles[-1], selection)
    else:
        run.record.outcome = "completed"


def _promote(run: Run, bundle: Version, judge: str, selection: Selection) -> None:
    """Promote a bundle and set the outcome; or leave the champion, and say why."""
    artifacts, name = run.store.artifacts, Path(bundle.path).name
    is_champion = champion(artifacts) == bundle.path
    if is_champion and all(stage.outcome == "unchanged" for stage in run.record.stages):
        run.record.outcome = "unchanged"
        return
    left = None if is_champion else given_up(artifacts, bundle.path)
    if left or not (is_champion or selection.promote):
        why = f"{name} was given up by the rollback of {left.time}" if left else "not promoted, as asked"
        run.record.outcome, run.record.explanation = "completed", f"{why}: digits promote {name} makes it the champion"
    else:
        judges = [each for each in run.pipeline.stages if each.contract.blessings and each.name in run.done]
        judges.sort(key=lambda each: each.name == judge)
        promote(bundle, judges, run.store, run.done, run.record.run)
        run.record.outcome = "promoted"


def _how_to_promote(run: Run) -> str | None:
    """Return what promotes the bundle that the run has judged; None if it judged none, or that is the champion."""
    judged = run.record.judged
    if judged is None or judged == champion(run.store.artifacts):
        return None
    name = Path(judged).name
    return f"{name} is blessed: digits promote {name} makes it the champion"


def _how_the_champion_was_made(run: Run) -> str | None:
    """Return in which settings the champion that refused the model differs from the run; None if in none."""
    from pipeline.specification.given import differences, given_settings

    verdict, path = run.record.verdict, champion(run.store.artifacts)
    refused = verdict and any(rule.metric == "champion" and not rule.passed for rule in verdict.rules)
    made = maker_of(run.store.artifacts, path) if refused and path and not run.record.judged else None
    if made is None:
        return None
    judged = next(i for i, each in enumerate(run.pipeline.stages) if each.contract.blessings)
    above = [each.name for each in run.pipeline.stages[:judged]]
    try:
        old = given_settings(run.store.artifacts / "runs" / made.run / FILE, made.overrides)
    except DigitsError:  # it is gone
        return None
    theirs, ours = differences(old, given_settings(run.folder / FILE, run.record.overrides), above)
    says = "this run" if run.record.overrides else run.pipeline.path.name
    return f"the champion was made with {theirs}; {says} says {ours}" if theirs else None


def _is_refused(record: RunRecord) -> bool:
    return record.verdict is not None and not record.verdict.blessed


def environment_of(pipeline: Pipeline) -> dict[str, Any]:
    """Return the environment of the run: Python, platform, processors, libraries, git commit."""
    sources = [read_source(stage.contract.module, pipeline.project, stage.functions) for stage in pipeline.stages]
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "libraries": library_versions(
            frozenset[str]().union(*(source.libraries for source in sources)), pipeline.project
        ),
        "git": _git_commit(pipeline.project),
    }


def _git_commit(project: Path) -> str | None:
    """Return the project's commit, with -dirty if files differ from it; None outside a repository."""
    if not any((folder / ".git").exists() for folder in (project, *project.parents)):
        return None
    command = ["git", "-C", str(project), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        answer = subprocess.run(command, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()
