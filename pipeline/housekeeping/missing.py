"""Find what is gone although something needs it, and forget it."""

from __future__ import annotations

import fcntl
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pipeline.history import hold
from pipeline.housekeeping.inventory import Inventory, read_inventory
from pipeline.housekeeping.needs import needed_by_trust
from pipeline.store import Store

__all__ = ["find_missing", "forget_missing"]


def find_missing(artifacts: Path) -> dict[str, list[str]]:
    """Return the versions that are gone, by path relative to *artifacts*, each with what needs it.

    A version is needed by a bundle that people rely on and was made from it, by an execution that made it, and by a
    run whose folder links to it.
    """
    there = read_inventory(artifacts)
    needed = defaultdict[str, list[str]](list, needed_by_trust(there))
    for run, link in _links(there):
        needed[link].append(f"run {run}")
    for path, makers in there.makers.items():
        needed[path] += [f"the record of {there.executions[each].stage} in run {_run(each, there)}" for each in makers]
    return {path: who for path, who in sorted(needed.items()) if not (artifacts / path).exists()}


def forget_missing(artifacts: Path) -> None:
    """Move the executions of versions that are gone into the quarantine, and remove the links of runs to them.

    What a bundle that people rely on was made from is not forgotten.
    """
    (artifacts / "store").mkdir(parents=True, exist_ok=True)
    with hold(artifacts / "store", fcntl.LOCK_EX):
        there = read_inventory(artifacts)
        gone = find_missing(artifacts).keys() - needed_by_trust(there)
        for execution in {path for version in gone for path in there.makers.get(version, ())}:
            Store(artifacts).set_aside(execution)
        for run, target in _links(there):
            if target in gone:
                for link in (artifacts / "runs" / run).glob("*.*"):
                    if link.is_symlink() and _target(link, artifacts) == target:
                        link.unlink()


def _links(there: Inventory) -> Iterator[tuple[str, str]]:
    """Yield each run with each version that its folder links to."""
    for run in there.runs:
        for link in (there.artifacts / "runs" / run).glob("*.*"):
            if link.is_symlink():
                yield run, _target(link, there.artifacts)


def _target(link: Path, artifacts: Path) -> str:
    return os.path.relpath(os.path.normpath(link.parent / link.readlink()), artifacts)


def _run(execution: str, there: Inventory) -> str:
    return there.executions[execution].run
