"""The pipelines of a sweep, one for each combination, all of them checked before anything runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.load import load_variants
from pipeline.runner.plan import foresee
from pipeline.specification.stage import Pipeline, Stage
from pipeline.store import Store
from pipeline.sweep.axes import Axis, combinations, read_axes
from schemas.errors import InputError, UsageError
from schemas.manifest import digest_of
from schemas.record import Record
from schemas.settings.external_data import missing

__all__ = ["Outlook", "Sweep", "Variant", "foresee_sweep", "open_sweep"]

ON_TEST = frozenset({"Evaluation", "Blessing"})
"""The artifacts that are made from the test split."""


@dataclass(frozen=True)
class Variant:
    """The pipeline with one combination.

    Attributes:
        settings: each `stage.key=value`, without what --set gives.
        pipeline: with these and with --set.
    """

    settings: tuple[str, ...]
    pipeline: Pipeline


@dataclass(frozen=True)
class Sweep:
    """A sweep that can be carried out.

    Attributes:
        axes: the settings that vary.
        variants: every combination.
        stages: names of the stages to carry out, which do not see the test split.
        trainer: the last of them that writes a Model.
    """

    axes: list[Axis]
    variants: list[Variant]
    stages: list[str]
    trainer: str


class Outlook(Record):
    """What a sweep would run, as printed by `digits plan --sweep --json`."""

    combinations: dict[str, list[str]]
    """For each combination the stages that would run, or may run if one above them yields something else."""
    stages: dict[str, int]
    """For each stage how often it would run: once for combinations that are equal in all that it depends on."""


def open_sweep(project: Path, given: Sequence[str], overrides: Sequence[str] = (), file: str | None = None) -> Sweep:
    """Return the sweep of a pipeline.

    Args:
        project: its folder.
        given: what --sweep gives, each `stage.key=VALUES`.
        overrides: what --set gives.
        file: to read in place of pipeline.yaml, relative to the project.

    Raises:
        InputError: a combination names data that are missing or damaged.
        UsageError: an axis or a value is invalid, or the pipeline trains no model above the stage that tests it.
    """
    axes = read_axes(given, overrides)
    variants = _variants(project, combinations(axes), overrides, file)
    pipeline = variants[0].pipeline
    above = _untested(pipeline)
    names = [stage.name for stage in above]
    trainers = [stage.name for stage in above if any("Model" in kinds for kinds in stage.contract.outputs.values())]
    if not trainers:
        found = f"the stages {', '.join(names)}" if names else "no stage"
        expected = "a stage that writes a Model, above the first that writes an Evaluation or a Blessing"
        raise UsageError(f"{pipeline.path.name} has nothing to sweep", found=found, expected=expected)
    for axis in axes:
        stage = axis.name.partition(".")[0]
        if stage not in names:
            expected = f"a setting of {', '.join(names)}"
            headline = f"--sweep {axis.name}: a sweep ends at {names[-1]}, before the test split is touched"
            raise UsageError(headline, found=f"a setting of {stage}", expected=expected)
    _check_data(variants, len(above))
    return Sweep(axes, variants, names, trainers[-1])


def foresee_sweep(sweep: Sweep, store: Store) -> Outlook:
    """Return what a sweep would run, without running anything."""
    found: dict[str, list[str]] = {}
    to_run: set[tuple[str, str]] = set()
    for variant in sweep.variants:
        foreseen = foresee(variant.pipeline, store, last=sweep.stages[-1])
        names = [each.stage for each in foreseen.stages if each.outcome != "unchanged"]
        found[" ".join(variant.settings)] = names
        keys = _keys(variant.pipeline.stages[: len(sweep.stages)])
        to_run |= {(name, keys[name]) for name in names}
    counts = Counter(name for name, _ in to_run)
    return Outlook(combinations=found, stages={name: counts[name] for name in sweep.stages if counts[name]})


def _variants(
    project: Path, chosen: Sequence[tuple[str, ...]], overrides: Sequence[str], file: str | None
) -> list[Variant]:
    try:
        pipelines = load_variants(project, [(*overrides, *settings) for settings in chosen], file)
    except UsageError as error:
        swept = any(error.headline.startswith(f"--set {each}") for settings in chosen for each in settings)
        headline = error.headline.replace("--set", "--sweep", 1) if swept else error.headline
        raise UsageError(headline, found=error.found, expected=error.expected, do=error.do) from None
    return [Variant(settings, pipeline) for settings, pipeline in zip(chosen, pipelines, strict=True)]


def _untested(pipeline: Pipeline) -> list[Stage]:
    """Return the stages above the first that writes what is made from the test split."""
    above: list[Stage] = []
    for stage in pipeline.stages:
        if any(ON_TEST.intersection(kinds) for kinds in stage.contract.outputs.values()):
            break
        above.append(stage)
    return above


def _check_data(variants: Sequence[Variant], count: int) -> None:
    checked: set[str] = set()
    for variant in variants:
        for stage in variant.pipeline.stages[:count]:
            key = digest_of([stage.name, stage.settings.given])
            if key in checked:
                continue
            checked.add(key)
            for problem in missing(stage.settings.data_paths):
                headline = f"{stage.name} cannot read its data with {' '.join(variant.settings)}"
                raise InputError(headline, found=problem)
            stage.check_paths()


def _keys(stages: Sequence[Stage]) -> dict[str, str]:
    """Return for each stage a digest of its settings and of those of all stages that it depends on."""
    keys: dict[str, str] = {}
    for stage in stages:
        keys[stage.name] = digest_of([stage.settings.counted, [keys[port.stage] for port in stage.ports]])
    return keys
