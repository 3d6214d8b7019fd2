"""Runs in a table: the settings in which they differ, and what was measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pipeline.report.comparison import VALIDATION, other_changes, scalars, settings_of
from pipeline.report.material import Material
from schemas.record import Record

__all__ = ["RunRow", "RunTable", "tabulate"]


class RunRow(Record):
    """One run; None means not set, or not measured."""

    run: str
    outcome: str
    settings: dict[str, Any]
    """Those in which the runs differ; without those of stages that the run did not carry out."""
    metrics: dict[str, float | None]
    others: dict[str, str]
    """For each stage, what else has changed since the first run: code, libraries, data."""


class RunTable(Record):
    """Several runs, as printed by `digits compare --json` for more than two."""

    settings: list[str]
    """The settings in which at least two runs differ."""
    metrics: list[str]
    """The metrics of the evaluations on the test split, then those on the validation split."""
    runs: list[RunRow]


def tabulate(runs: Sequence[Material]) -> RunTable:
    """Return runs side by side; what none of them measured, and settings that are equal in all, are left out."""
    known = [_settings(each) for each in runs]
    settings = [key for key in dict.fromkeys(key for each in known for key in each) if _differs(key, known)]
    metrics = [scalars(each) for each in runs]
    measured = list(dict.fromkeys(name for each in metrics for name in each))
    measured.sort(key=lambda name: name.startswith(VALIDATION))
    return RunTable(
        settings=settings,
        metrics=measured,
        runs=[
            RunRow(
                run=each.record.run,
                outcome=each.record.outcome,
                settings={key: own.get(key) for key in settings if _is_known(key, own)},
                metrics={name: figures.get(name) for name in measured},
                others=dict(other_changes(runs[0], each)),
            )
            for each, own, figures in zip(runs, known, metrics, strict=True)
        ],
    )


def _settings(material: Material) -> dict[str, object]:
    """Return the settings of all stages by dotted name, and each stage that was carried out, with None.

    Of a stage that was not carried out, only what was given with --set is known.
    """
    settings: dict[str, object] = {"file": material.record.file or "pipeline.yaml"}
    for stage in material.record.stages:
        execution = material.execution(stage.stage)
        settings |= {stage.stage: None} if execution else {}
        settings |= settings_of(material, stage.stage, execution)
    return settings


def _differs(key: str, known: Sequence[dict[str, object]]) -> bool:
    return len({json.dumps(own.get(key), sort_keys=True) for own in known if _is_known(key, own)}) > 1


def _is_known(key: str, own: dict[str, object]) -> bool:
    """Return whether a setting is known of a run: it is set, or its stage was carried out without it."""
    return key in own or key.partition(".")[0] in own
