"""Run one stage of a run, if it has to."""

from __future__ import annotations

from pipeline.history import read_runs
from pipeline.log import LOGGER
from pipeline.runner.machine_errors import explain_machine_error
from pipeline.runner.plan import Decision, decide, refusal
from pipeline.runner.run import Run
from pipeline.runner.upstream import resolve_inputs
from pipeline.specification.stage import CHAMPION, Stage
from schemas.errors import DigitsError
from schemas.records.execution import Execution, Version
from schemas.records.run import RunRecord, StageRecord

__all__ = ["run_stage"]


def run_stage(run: Run, stage: Stage, *, forced: bool) -> tuple[StageRecord, Execution | None]:
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
        _announce(run, stage, decision)
        try:
            execution = _execute(run, stage, decision, inputs)
        except (Exception, SystemExit) as error:  # noqa: BLE001  (whatever a component raises must only fail its stage)
            _raise_interruption(error)
            _note_failure(run, record, error)
            return record, None
    _note_execution(run, record, decision, execution)
    return record, execution


def _raise_interruption(error: BaseException) -> None:
    """Raise the signal's exception if a library replaced it with an error of its own."""
    before = error.__cause__ or error.__context__
    while before is not None:
        if not isinstance(before, (Exception, SystemExit, GeneratorExit)):
            raise before
        before = before.__cause__ or before.__context__


def _announce(run: Run, stage: Stage, decision: Decision) -> None:
    LOGGER.info("%s: %s", stage.name, decision.reason, extra={"started": stage.name})
    run.record.under_way = stage.name
    run.record.write(run.folder)


def _execute(run: Run, stage: Stage, decision: Decision, inputs: dict[str, Version]) -> Execution:
    """Call the component; a damaged champion that it compares with is made again before."""
    from pipeline.runner.execute import execute

    run.mend([inputs[name] for name, port in stage.inputs.items() if port == CHAMPION and name in inputs])
    logs = run.folder / "logs" / stage.name
    return execute(stage, decision, inputs, pipeline=run.pipeline, store=run.store, run=run.record, logs=logs)


def _note_failure(run: Run, record: StageRecord, error: BaseException) -> None:
    run.failure = error = explain_machine_error(error, record.stage, run.store.artifacts)
    record.outcome, record.error = "failed", str(error)
    if not isinstance(error, DigitsError):
        record.error = f"{type(error).__name__}: {error}"
    LOGGER.error("%s failed", record.stage, exc_info=error)


def _note_execution(run: Run, record: StageRecord, decision: Decision, execution: Execution) -> None:
    """Record that the stage ran, or that an earlier execution serves because its data source could not be asked."""
    record.fingerprint = execution.fingerprint
    if execution.run == run.record.run:
        record.outcome = "ran"
        return
    changes = execution.parts.changes_to(decision.parts)
    record.reason = f"unchanged (from run {execution.run}); the host could not be asked"
    record.reason += f"; since then: {changes}" if changes else ""
    LOGGER.info("%s: %s", record.stage, record.reason, extra={"kept": record.stage})


def _log_waiting(run: Run, stage: Stage) -> None:
    runs = (other for other in read_runs(run.store.artifacts) if other.outcome == "running")
    holder = next((f"run {other.run}" for other in runs if other.under_way == stage.name), "another run")
    LOGGER.info("%s: waiting for %s, which is running this stage", stage.name, holder, extra={"waiting": stage.name})


def _why_skipped(record: RunRecord) -> str:
    stopped = next(stage for stage in record.stages if stage.outcome in {"failed", "blocked", "skipped"})
    return f"{stopped.stage} {stopped.outcome}"
