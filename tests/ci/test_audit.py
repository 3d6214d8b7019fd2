"""`make audit` says what it could not look up: only what was looked up counts as sound."""

from __future__ import annotations

import runpy
import subprocess
import sys
from typing import Any

import pytest

from tests.project import HOUSE

SCRIPT = HOUSE / ".ci" / "audit.py"
SOUND: dict[str, Any] = {"name": "a", "version": "1.0", "vulns": []}
BAD: dict[str, Any] = {
    "name": "b",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"], "aliases": []}],
}
SKIPPED: dict[str, Any] = {"name": "c", "skip_reason": "could not be audited: c (1.0)"}
CASES: dict[str, tuple[list[dict[str, Any]], int, str]] = {
    "all sound": ([SOUND], 0, "1 packages looked up; known vulnerabilities: 0"),
    "one bad": ([SOUND, BAD], 1, "b 1.0: PYSEC-1; fixed in: 1.1"),
    "one not looked up": ([SOUND, SKIPPED], 2, "NOT AUDITED: 1 of 2 packages could not be looked up: c"),
    "nothing": ([], 2, "NOT AUDITED"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_found_is_said(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code tells sound, vulnerable and not audited apart."""
    packages, status, words = CASES[case]
    assert runpy.run_path(str(SCRIPT))["report"](packages) == status
    assert words in capsys.readouterr().out


def test_no_answer_is_said() -> None:
    """If the program ends without a result, nothing counts as audited."""
    command = [sys.executable, str(SCRIPT), "false", "requirements.lock"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.partition(":")[0]) == (2, "NOT AUDITED")
