"""Runs of the shipped pipeline on the sample, killed at random instants; prints in JSON what came of that.

It is a process of its own, because it imports TensorFlow, which takes a third of a short run, and then forks itself
for each run.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import sys
import time
from pathlib import Path

from learning.training import session
from tests.faults.aftermath import Aftermath, contents, inspect_store
from tests.faults.forked_steps import DONE, begin
from tests.faults.promises import damage_in
from tests.machines.varied import THREADS
from tests.project import Project, shipped_project

__all__ = ["kill_runs"]

QUICK = {
    "source: tfds": "source: sample",
    "drawn: 3000": "drawn: 0",
    "recipe: standard": "recipe: mlp\n      steps: 40\n      rounds: 4\n      strangers: 1",
    "refused: 0.005": "refused: 0.005\n      saved: 0",
    "gate: #": "per_kind: 1\n      gate: #",
    "at_least: 0.965": "at_least: 0.02",
    "recall: {at_least: 0.90": "recall: {at_least: 0",
    "precision: {at_least: 0.90": "precision: {at_least: 0",
    "at_most: 0.15": "at_most: 9",
    "coverage: {at_least: 0.90": "coverage: {at_least: 0",
    "at_most: 0.1}": "at_most: 1}",
}
"""Edits that make a run short; any model passes the gate."""


def kill_runs(folder: Path, kills: int, seed: int) -> dict[str, object]:
    """Kill runs at instants up to half of an undisturbed run; each then goes on, until it ends, in a new project.

    Args:
        folder: for the projects.
        kills: how many.
        seed: of the instants.

    Returns:
        The number of kills, the number of runs that ended, and what was damaged or came out different.
    """
    chance = random.Random(seed)  # noqa: S311
    whole = shipped_project(folder / "whole", QUICK)
    begun = time.monotonic()
    assert _has_ended(whole)
    longest = (time.monotonic() - begun) / 2
    killed = ended = 0
    found: list[object] = []
    while killed < kills:
        project = shipped_project(folder / str(ended), QUICK)
        while not _has_ended(project, chance.random() * longest if killed < kills else None):
            killed += 1
            found += damage_in(project.artifacts)
        if (after := inspect_store(project)) != Aftermath(contents(whole)):
            found.append(repr(after))
        ended += 1
        shutil.rmtree(project.path)
    return {"kills": killed, "ended": ended, "found": found}


def _has_ended(project: Project, seconds: float | None = None) -> bool:
    """Run the pipeline, killed after so many seconds; return whether it ended before."""
    log = project.path / "said"
    process = begin(lambda: _run(project), log)
    ending = os.pidfd_open(process)
    select.select([ending], [], [], seconds)
    os.close(ending)
    os.kill(process, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status in {DONE, -signal.SIGKILL}, log.read_text(encoding="utf-8", errors="replace")
    return status == DONE


def _run(project: Project) -> None:
    from pipeline.cli.main import main

    os.environ.update(project.environment)
    sys.argv = ["digits", "-C", str(project.path), "run"]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise


if __name__ == "__main__":
    session.configure(THREADS)
    for name in ("tensorflow", "keras", "pyarrow.parquet", "cv2", "components.train", "pipeline.cli.main"):
        __import__(name)
    print(json.dumps(kill_runs(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
