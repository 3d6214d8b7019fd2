"""Compare two runs: changed settings, metrics with paired intervals, and changed pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from pipeline.report.material import Material, MissingError
from schemas.artifacts.evaluation import Evaluation
from schemas.errors import InputError
from schemas.record import Record

if TYPE_CHECKING:
    from pipeline.report.material import Predictions
    from schemas.records.execution import Execution

__all__ = [
    "VALIDATION",
    "Change",
    "FigurePair",
    "Picture",
    "RunComparison",
    "compare_runs",
    "other_changes",
    "scalars",
    "setting_text",
    "settings_of",
]


VALIDATION = "validation_"
"""How the names of figures on the validation split begin."""


class Change(Record):
    """A setting that differs between the runs; None means not set."""

    setting: str
    first: Any
    second: Any


class FigurePair(Record):
    """One metric of both runs; None means not a number."""

    metric: str
    first: float | None
    second: float | None
    difference: float | None
    """The second minus the first."""
    interval: tuple[float, float] | None
    """95 % interval of the difference, by a paired bootstrap; None if the runs did not evaluate the same pictures."""


class Picture(Record):
    """A picture that only one of the runs reads right."""

    id: str
    label: str
    first: str
    """Digit read by the first run's model."""
    second: str
    """Digit read by the second run's model."""


class RunComparison(Record):
    """The differences between two runs, as printed by `digits compare --json`."""

    first: str
    second: str
    settings: list[Change]
    others: dict[str, str]
    """For each stage, what else changed: code, libraries, data."""
    metrics: list[FigurePair]
    count: int | None
    """Number of pictures that both evaluated; None if they did not evaluate the same ones."""
    unpaired: str
    """Why the metrics are not paired; empty if they are."""
    p: float | None
    """p-value of the exact two-sided McNemar test."""
    better: list[Picture]
    """Read right by the second run only."""
    worse: list[Picture]
    """Read right by the first run only."""


def compare_runs(first: Material, second: Material) -> RunComparison:
    """Compare two runs; *unpaired* says why metrics cannot be paired, and what neither has is left out."""
    changes = list(_setting_changes(first, second))
    others = dict(other_changes(first, second))
    before, now = scalars(first), scalars(second)
    unpaired = _why_unpaired(first, second)
    intervals: dict[str, tuple[float, float]] = {}
    p, better, worse, count = None, list[Picture](), list[Picture](), None
    if not unpaired:
        from learning.evaluation.comparison import mcnemar

        mine, theirs = first.predictions, second.predictions
        better, worse, count = _changed(mine, theirs), _changed(theirs, mine, swapped=True), len(mine.ids)
        intervals, p = _intervals(mine, theirs), mcnemar(len(better), len(worse))
    return RunComparison(
        first=first.record.run,
        second=second.record.run,
        settings=changes,
        others=others,
        metrics=[_pair(name, before, now, intervals) for name in dict.fromkeys([*before, *now])],
        count=count,
        unpaired=unpaired,
        p=p,
        better=better,
        worse=worse,
    )


def _executions(first: Material, second: Material) -> Iterator[tuple[str, Execution | None, Execution | None]]:
    names = dict.fromkeys(stage.stage for each in (first, second) for stage in each.record.stages)
    return ((name, first.execution(name), second.execution(name)) for name in names)


def _setting_changes(first: Material, second: Material) -> Iterator[Change]:
    files = [each.record.file or "pipeline.yaml" for each in (first, second)]
    if files[0] != files[1]:
        yield Change(setting="file", first=files[0], second=files[1])
    for stage, old, new in _executions(first, second):
        before, now = settings_of(first, stage, old), settings_of(second, stage, new)
        if (old is None) != (new is None):
            yield Change(setting=stage, first=_ran(old), second=_ran(new))
        names = [*(before if old is None or new else {}), *(now if new is None or old else {})]
        for name in dict.fromkeys(names):
            if before.get(name) != now.get(name):
                yield Change(setting=name, first=before.get(name), second=now.get(name))


def settings_of(material: Material, stage: str, execution: Execution | None) -> dict[str, object]:
    """Return the settings of a stage by dotted name; if it did not run, only those given with --set."""
    if execution:
        return dict(_flat(stage, execution.parts.config))
    given = (override.partition("=") for override in material.record.overrides)
    return {name: _value(text) for name, _, text in given if name.startswith(f"{stage}.")}


def _value(text: str) -> object:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _ran(execution: Execution | None) -> str:
    return "ran" if execution else "did not run"


def _flat(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield nested settings by dotted name."""
    if isinstance(value, dict) and value:
        for key, inner in cast("dict[str, object]", value).items():
            yield from _flat(f"{name}.{key}", inner)
    else:
        yield name, value


def other_changes(first: Material, second: Material) -> Iterator[tuple[str, str]]:
    """Yield stages that both runs carried out, with what differs besides settings and inputs: code, libraries, data."""
    for stage, old, new in _executions(first, second):
        if old and new:
            settled: dict[str, Any] = {"config": {}, "inputs": {}}
            changes = old.parts.changed(**settled).changes_to(new.parts.changed(**settled))
            if changes:
                yield stage, changes


def scalars(material: Material) -> dict[str, float | None]:
    """Return the metrics of a run's evaluation by name, then the figures on validation; without those it lacks."""
    found: dict[str, float | None] = {}
    with suppress(MissingError, OSError, ValueError):
        found |= material.metrics.scalars()
    with suppress(MissingError, OSError, ValueError):
        history = material.history
        best = history.rounds[history.best]
        found |= {f"{VALIDATION}accuracy": best.validation_accuracy, f"{VALIDATION}loss": best.validation_loss}
    return found


def _why_unpaired(first: Material, second: Material) -> str:
    for which, run in (("first", first), ("second", second)):
        try:
            run.path_of(Evaluation)
        except MissingError as missing:
            return f"the {which} run was not evaluated: {str(missing).partition(': ')[2].removesuffix('.')}"
    try:
        if first.judged != second.judged:
            return "they did not evaluate the same pictures"
        mine, theirs = first.predictions, second.predictions
    except MissingError as missing:
        return str(missing)
    except (InputError, OSError, ValueError) as damage:
        return f"the predictions cannot be read: {damage}"
    if mine.ids != theirs.ids or not mine.ids:
        return "they evaluated no pictures in common"
    return "" if mine.classes == theirs.classes else "their classes differ"


def _intervals(first: Predictions, second: Predictions) -> dict[str, tuple[float, float]]:
    from learning.evaluation.metrics import Figures
    from learning.evaluation.paired import paired_intervals

    figures = [Figures(each.labels, each.probabilities, each.refused, 0) for each in (first, second)]
    return paired_intervals(figures[0], figures[1], 0)


def _changed(before: Predictions, now: Predictions, *, swapped: bool = False) -> list[Picture]:
    """List the pictures that only *now* reads right; *swapped* if *now* is the first run."""
    import numpy as np

    first, second = (now, before) if swapped else (before, now)
    classes = before.classes
    return [
        Picture(
            id=before.ids[i],
            label=classes[int(before.labels[i])],
            first=classes[int(first.read[i])],
            second=classes[int(second.read[i])],
        )
        for i in np.flatnonzero(now.right & ~before.right).tolist()
    ]


def _pair(
    name: str,
    before: dict[str, float | None],
    now: dict[str, float | None],
    intervals: dict[str, tuple[float, float]],
) -> FigurePair:
    first, second = before.get(name), now.get(name)
    difference = second - first if first is not None and second is not None else None
    interval = intervals.get(name) if difference is not None else None
    return FigurePair(metric=name, first=first, second=second, difference=difference, interval=interval)


def setting_text(value: object) -> str:
    """Return a setting on one line, as in pipeline.yaml."""
    if isinstance(value, str):
        return value
    return "not set" if value is None else json.dumps(value, ensure_ascii=False)
