"""The memory of a run does not grow with the folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.scoring.command import command_of
from tests.inference.pictures import as_file, sample
from tests.project import Project

# In a new process, because child processes inherit the peak memory of their parent.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_memory_stays_flat(sealed: Project, tmp_path: Path) -> None:
    """200,000 files in one folder take at most 200 MiB more memory than 10,000."""
    peaks = [_peak(sealed, _linked(tmp_path, count), tmp_path) for count in (10_000, 200_000)]
    assert peaks[1] - peaks[0] < 200 * 1024


def _linked(place: Path, count: int) -> Path:
    """Make a folder of hard links to 500 pictures; a file can have 65,000 links at most."""
    folder = place / f"{count}"
    folder.mkdir()
    for number in range(500):
        (folder / f"{number:07}.png").write_bytes(as_file(sample()[number * 10], "PNG"))
    for number in range(500, count):
        (folder / f"{number:07}.png").hardlink_to(folder / f"{number % 500:07}.png")
    return folder


def _peak(sealed: Project, folder: Path, place: Path) -> int:
    """Return the peak memory in KiB of any process of the command."""
    command = command_of(sealed, folder, "--out", place / f"{folder.name}.parquet")
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *command], env=sealed.variables(), capture_output=True, text=True, check=True
    )
    return int(done.stdout.splitlines()[-1])
