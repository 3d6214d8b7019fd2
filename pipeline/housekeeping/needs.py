"""Which runs, executions and versions are needed, and by what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.housekeeping.inventory import BEFORE, Inventory

__all__ = ["Needs", "find_needs", "needed_by_run", "needed_by_trust"]

PROCESS = "a running process"


@dataclass
class Needs:
    """What is needed; what is not in here may go.

    Attributes:
        runs: why each run is kept, by its name.
        executions: what needs each execution, by its path relative to artifacts/.
        versions: what needs each version, by its path relative to artifacts/; also of versions that are gone.
    """

    runs: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    executions: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    versions: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def find_needs(there: Inventory, kept: dict[str, list[str]]) -> Needs:
    """Return what the runs in *kept*, the bundles that people rely on, and running processes need.

    Args:
        there: what lies in artifacts/.
        kept: the runs to keep and why, by name. Those that made a bundle that people rely on are added; so are those
            that ran a stage of another run that is kept, whose logs that run links to.
    """
    needs = Needs({run: list(reasons) for run, reasons in kept.items()})
    for path in there.in_use:
        _add(needs, there, PROCESS, [path], there.makers.get(path, ()))
    for bundle, who in there.relied.items():
        for run in _runs_that_made(bundle, there):
            needs.runs.setdefault(run, []).extend(f"made {each}" for each in who)
    for bundle, who in there.relied.items():
        executions = [*there.makers.get(bundle, ()), *there.judges.get(bundle, ())]
        for each in who:
            _add(needs, there, each, [bundle], executions)
    for run in list(needs.runs):
        _add(needs, there, f"run {run}", there.runs[run].outputs, _executions_of(run, there))
    for path in there.corrections:
        _add(needs, there, "no run brings back what people corrected", [path], there.makers.get(path, ()))
    for bundle in there.unrecorded_bundles:
        _add(needs, there, "no record says how to make it again", [bundle], ())
    _add_logs(needs, there)
    return needs


def needed_by_trust(there: Inventory) -> dict[str, list[str]]:
    """Return what the champion and the bundles with an alias need, and which of them, by the version's path."""
    needs = Needs()
    for bundle, who in there.relied.items():
        for each in (each for each in who if each != BEFORE):
            _add(needs, there, each, [bundle], there.makers.get(bundle, ())[:1])
    return needs.versions


def needed_by_run(there: Inventory, run: str) -> Needs:
    """Return what a run has, and everything that this was made from."""
    needs = Needs()
    _add(needs, there, f"run {run}", there.runs[run].outputs, _executions_of(run, there))
    return needs


def _runs_that_made(bundle: str, there: Inventory) -> Iterator[str]:
    for name, record in there.runs.items():
        if any(stage.run == name and bundle in stage.outputs.values() for stage in record.stages):
            yield name


def _executions_of(run: str, there: Inventory) -> list[str]:
    stages = (stage for stage in there.runs[run].stages if stage.run)
    paths = (f"store/{stage.stage}/executions/{stage.fingerprint}-{stage.run}.json" for stage in stages)
    return [path for path in paths if path in there.executions]


def _add(needs: Needs, there: Inventory, who: str, versions: Iterable[str], executions: Iterable[str]) -> None:
    """Note that *who* needs these versions and executions, and all that they were made from.

    A bundle that a model was compared with is needed, but not what it was made from: or else each champion would need
    all champions before it.
    """
    waiting = list(executions)
    seen, compared = set[str](), set[str]()
    reached = dict.fromkeys(versions)
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        inputs = [there.equal(version.path) for version in there.executions[path].inputs.values()]
        reached |= dict.fromkeys(inputs)
        for each in inputs:
            if maker := _maker(each, there, seen, waiting):
                compared.add(maker) if there.is_bundle(each) else waiting.append(maker)
    seen |= compared
    for path in seen:
        reached |= {version.path: None for version in there.executions[path].outputs.values()}
        needs.executions.setdefault(path, []).append(who)
    for path in reached:
        needs.versions.setdefault(path, []).append(who)


def _maker(version: str, there: Inventory, seen: set[str], waiting: list[str]) -> str | None:
    """Return the newest execution that made a version; None if one that made it is already among those needed."""
    made = there.makers.get(version, [])
    return None if seen.intersection(made) or set(made).intersection(waiting) else next(iter(made), None)


def _add_logs(needs: Needs, there: Inventory) -> None:
    """Keep the runs whose logs a kept run links to; their artifacts may go."""
    for name in list(needs.runs):
        for stage in there.runs[name].stages:
            if stage.run and stage.run in there.runs and stage.run not in needs.runs:
                needs.runs[stage.run] = [f"has the logs of {stage.stage} of run {name}"]
