"""Carry out a sweep: run every combination that has not run, and rank them by their validation figures."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Literal

from pipeline.history import use
from pipeline.log import LOGGER
from pipeline.runner.plan import foresee
from pipeline.runner.run import Selection
from pipeline.runner.run_pipeline import run_pipeline
from pipeline.specification.stage import Stage
from pipeline.store import Store
from pipeline.sweep.variants import Sweep, Variant
from schemas.artifacts.model import Model, Round
from schemas.errors import DigitsError, InputError
from schemas.record import Record
from schemas.records.execution import Execution
from schemas.records.run import RunRecord

__all__ = ["Combination", "Group", "SweepRecord", "carry_out"]

OTHER_PICTURES = (
    "the combinations were validated on different pictures, so that their figures differ for that reason, too"
)


class Combination(Record):
    """The outcome of one combination."""

    set: list[str]
    """Its settings, each `stage.key=value`."""
    outcome: Literal["ran", "unchanged", "failed"]
    run: str
    """The run that has its model; of one that failed, the run in which it did; empty if that could not begin."""
    validation_accuracy: float | None = None
    """Share of the validation pictures that the model reads right, 0 to 1; None if it failed."""
    validation_loss: float | None = None
    error: str = ""


class Group(Record):
    """Combinations that differ in their seeds only, and the mean and spread of their figures on validation."""

    set: list[str]
    """Their settings, without the seeds."""
    count: int
    """How many did not fail."""
    failed: int
    mean: float
    """Of the validation accuracy."""
    sd: float | None
    """Standard deviation, with n - 1; None of one combination."""
    mean_loss: float
    best: Combination


class SweepRecord(Record):
    """A sweep, as printed by `digits run --sweep --json`."""

    axes: dict[str, list[str]]
    to: str
    """The last stage carried out, the one before the test split is touched."""
    combinations: list[Combination]
    groups: list[Group]
    """Best first: those of which nothing failed, by mean accuracy, then by mean loss."""
    warnings: list[str]
    then: RunRecord | None = None
    """The run of the best combination through the gate, with `--then run`."""

    @property
    def winner(self) -> Combination | None:
        """The best combination of the best group; None if all failed."""
        return self.groups[0].best if self.groups else None


def carry_out(sweep: Sweep, store: Store) -> SweepRecord:
    """Run every combination up to the last stage that does not see the test split; nothing is promoted.

    A combination whose stages are all in the store makes no run. One that fails does not stop the others.
    """
    found: list[Combination] = []
    pictures: set[str] = set()
    for number, variant in enumerate(sweep.variants, 1):
        text = " ".join(variant.settings)
        LOGGER.info("combination %d of %d: %s", number, len(sweep.variants), text, extra={"combination": number})
        try:
            found.append(_carry_out(variant, sweep, store, pictures))
        except DigitsError as error:
            LOGGER.error("%s failed", text, exc_info=error)
            found.append(Combination(set=[*variant.settings], outcome="failed", run="", error=error.headline))
    return SweepRecord(
        axes={axis.name: list(axis.values) for axis in sweep.axes},
        to=sweep.stages[-1],
        combinations=found,
        groups=_ranked(found, {axis.name for axis in sweep.axes if axis.is_seed}),
        warnings=[OTHER_PICTURES] if len(pictures) > 1 else [],
    )


def _carry_out(variant: Variant, sweep: Sweep, store: Store, pictures: set[str]) -> Combination:
    """Run one combination unless it has run; add the digests of the examples that its model was chosen on."""
    settings, last = list(variant.settings), sweep.stages[-1]
    with store.steady():
        record = foresee(variant.pipeline, store, last=last)
        if is_done := all(each.outcome == "unchanged" for each in record.stages):
            for path in record.outputs:
                use(store.artifacts / path)
    if not is_done:
        finished = run_pipeline(variant.pipeline, store, Selection(last=last, promote=False))
        record = finished.record
        if finished.failure:
            failed = next(each for each in record.stages if each.outcome == "failed")
            error = f"{failed.stage} failed: {failed.error}".splitlines()[0]
            return Combination(set=settings, outcome="failed", run=record.run, error=error)
    stage = next(each for each in variant.pipeline.stages if each.name == sweep.trainer)
    made = next(each for each in record.stages if each.stage == stage.name)
    execution = store.execution(stage.name, made.fingerprint, made.run)
    if execution is None:
        raise InputError(f"the record of {stage.name} is gone", do="the same command makes it again")
    kinds = stage.contract.inputs
    pictures.update(each.content for name, each in execution.inputs.items() if "Examples" in kinds[name])
    best = _best_round(stage, execution, store)
    return Combination(
        set=settings,
        outcome="unchanged" if is_done else "ran",
        run=record.run or execution.run,
        validation_accuracy=best.validation_accuracy,
        validation_loss=best.validation_loss,
    )


def _best_round(stage: Stage, execution: Execution, store: Store) -> Round:
    """Return the figures of the round whose weights a training has kept."""
    name = next(name for name, kinds in stage.contract.outputs.items() if "Model" in kinds)
    path = execution.outputs[name].path
    try:
        history = Model(store.artifacts / path).history
        return history.rounds[history.best]
    except (OSError, ValueError, IndexError) as error:
        expected = "history.json, with the figures on validation"
        raise InputError(f"{path} does not say how good it is", found=str(error), expected=expected) from error


def _ranked(found: Iterable[Combination], seeds: set[str]) -> list[Group]:
    together: dict[tuple[str, ...], list[Combination]] = {}
    for each in found:
        key = tuple(setting for setting in each.set if setting.partition("=")[0] not in seeds)
        together.setdefault(key, []).append(each)
    groups = filter(None, (_group(key, members) for key, members in together.items()))
    return sorted(groups, key=lambda each: (each.failed > 0, -each.mean, each.mean_loss))


def _group(key: tuple[str, ...], members: Sequence[Combination]) -> Group | None:
    """Return the group of some combinations; None if all failed."""
    good = [each for each in members if each.outcome != "failed"]
    accuracies = [each.validation_accuracy or 0.0 for each in good]
    losses = [each.validation_loss or 0.0 for each in good]
    if not good:
        return None
    return Group(
        set=list(key),
        count=len(good),
        failed=len(members) - len(good),
        mean=statistics.fmean(accuracies),
        sd=statistics.stdev(accuracies) if len(good) > 1 else None,
        mean_loss=statistics.fmean(losses),
        best=good[min(range(len(good)), key=lambda i: (-accuracies[i], losses[i]))],
    )
