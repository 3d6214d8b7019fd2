"""Conclude a run: its outcome, and the promotion of its bundle."""

from __future__ import annotations

from pathlib import Path

from pipeline.champion import champion, given_up, promote
from pipeline.history import maker_of
from pipeline.log import LOGGER
from pipeline.runner.run import Run, Selection
from pipeline.specification.stage import FILE
from schemas.errors import DigitsError
from schemas.manifest import Manifest
from schemas.records.execution import Version
from schemas.records.run import RunRecord

__all__ = ["conclude", "mend_champion"]


def mend_champion(run: Run) -> None:
    """Make the champion again if it is damaged and no stage of this run has made it; if that fails, only warn."""
    path = champion(run.store.artifacts) or ""
    manifest = Manifest.read(run.store.artifacts / path)
    intact = manifest and not run.store.damage_of(Version(path=path, content=manifest.content))
    if run.failure or intact or not path.startswith("store/"):
        return
    makers = (version for each in run.store.executions(path.split("/")[1]) for version in each.outputs.values())
    try:
        run.mend([version for version in makers if version.path == path][:1])
    except Exception as error:  # noqa: BLE001  (whatever a component raises: the run itself has succeeded)
        run.record.warnings.append(f"the champion is damaged and could not be made again: {error}".splitlines()[0])
        LOGGER.warning("%s", run.record.warnings[-1], exc_info=error)


def conclude(run: Run, selection: Selection) -> None:
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
