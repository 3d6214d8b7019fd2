"""Real runs on the sample, killed at random instants."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.thorough import often
from tests.project import HOUSE

pytestmark = [pytest.mark.faults, pytest.mark.tensorflow]

PARTS, KILLS = often(1, 4), often(4, 50)
"""Parts can be tried beside one another."""


@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_runs_killed_at_random_end_as_an_undisturbed_one(part: int, tmp_path: Path) -> None:
    """After each kill nothing in the store is damaged; the run that ends has the content of an undisturbed one."""
    command = [sys.executable, "-m", "tests.faults.kills.killed_runs", tmp_path, str(KILLS), str(part)]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    print(f"{told['kills']} kills of {told['ended']} runs", file=sys.stderr)
    assert (told["kills"], told["found"]) == (KILLS, [])
