"""A run that a signal ends, or a kill, is resumed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.scoring.command import left_over, score, start
from tests.inference.scoring.folders import parts_of
from tests.project import Project
from tests.waiting import wait_for

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
ATTEMPTS = 5
WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}


@pytest.mark.parametrize(
    ("number", "options"),
    [
        (signal.SIGINT, ["--workers=2"]),
        (signal.SIGTERM, ["--workers=2"]),
        pytest.param(signal.SIGHUP, ["--workers=2"], marks=pytest.mark.faults),
        pytest.param(signal.SIGINT, ["--workers=1"], marks=pytest.mark.faults),
        pytest.param(signal.SIGINT, ["--engine=beam"], marks=pytest.mark.faults),
    ],
)
def test_a_signal_ends_it_cleanly(  # noqa: PLR0913, PLR0917  (cases and fixtures)
    number: signal.Signals, options: list[str], sealed: Project, many: Path, undisturbed: bytes, tmp_path: Path
) -> None:
    """A signal gives its exit status and one line, leaves no process, and a rerun resumes."""
    out, status, err = _struck(number, sealed, many, tmp_path, *options)
    message = f"{WORDS[number]}; finished parts are kept: the same command resumes from here\n"
    assert (status, err) == (STATUS[number], message)
    assert score(sealed, tmp_path, many, "--out", out, "--workers=1")[0] == 0
    assert out.read_bytes() == undisturbed


def _struck(  # noqa: PLR0913  (inputs and options)
    number: signal.Signals,
    sealed: Project,
    many: Path,
    place: Path,
    *options: str,
    parts: int = 1,
    name: str = "out.parquet",
) -> tuple[Path, int, str]:
    """Send a signal to a run that has written *parts* parts, and wait until all of its processes have ended.

    SIGKILL goes only to the command, any other signal to all of its processes. A run that finishes too soon is started
    again, into another folder.

    Returns:
        Its output, its exit status and its standard error.
    """
    for attempt in range(ATTEMPTS):
        out = place / f"{attempt}" / name
        out.parent.mkdir()
        process = start(sealed, many, "--out", out, *options)
        wait_for(lambda: process.poll() is not None or _parts(out) >= parts, f"{parts} parts")  # noqa: B023
        if process.poll() is None:
            os.kill(process.pid if number == signal.SIGKILL else -process.pid, number)
        _, err = process.communicate()
        wait_for(lambda: not left_over(process.pid), "the end of its processes")  # noqa: B023
        if process.returncode:
            return out, process.returncode, err
    pytest.fail(f"the run finished before {parts} parts were seen, {ATTEMPTS} times")


def _parts(out: Path) -> int:
    """Return the present number of parts of an output; -1 before their folder exists."""
    parts = out.with_name(f"{out.name}.parts") if out.suffix else out
    return len(list(parts.glob("[!.]*.parquet"))) if parts.is_dir() else -1


@pytest.mark.parametrize("count", [pytest.param(0, marks=pytest.mark.faults), 1])
def test_a_killed_run_resumes(count: int, sealed: Project, many: Path, undisturbed: bytes, tmp_path: Path) -> None:
    """After a kill, no process is left, and a rerun gives the bytes of an undisturbed run."""
    out, _, _ = _struck(signal.SIGKILL, sealed, many, tmp_path, "--workers=2", parts=count)
    assert score(sealed, tmp_path, many, "--out", out, "--workers=1")[0] == 0
    assert out.read_bytes() == undisturbed
    assert [path.name for path in out.parent.iterdir()] == ["out.parquet"]


def test_a_rerun_reuses_the_parts_of_a_killed_run(sealed: Project, many: Path, tmp_path: Path) -> None:
    """A rerun after a kill keeps every finished part without writing it again."""
    out, _, _ = _struck(signal.SIGKILL, sealed, many, tmp_path, "--workers=2", name="parts")
    before = parts_of(out)
    assert score(sealed, tmp_path, many, "--out", out, "--workers=1")[0] == 0
    assert before
    assert before.items() <= parts_of(out).items()
    assert {path.suffix for path in out.iterdir()} == {".parquet"}


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(30))
def test_a_run_killed_at_any_instant_resumes(
    seed: int, sealed: Project, many: Path, undisturbed: bytes, tmp_path: Path
) -> None:
    """After two kills at random instants, a rerun gives the bytes of an undisturbed run and leaves nothing else."""
    chance = np.random.default_rng(seed)
    for _ in range(2):
        process = start(sealed, many, "--out", tmp_path / "out.parquet", "--workers", "2")
        time.sleep(chance.uniform(0.1, 4))
        _kill(process)
    assert score(sealed, tmp_path, many, "--out", "out.parquet", "--workers=1")[0] == 0
    assert (tmp_path / "out.parquet").read_bytes() == undisturbed
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill the command alone, and wait until the processes it started have ended."""
    process.kill()
    process.communicate()
    wait_for(lambda: not left_over(process.pid), "the end of its processes")
