"""Damaged picture files are read or refused with a reason: no crash, no hang, bounded memory."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.inference.mutants import SECONDS


def read_mutants(first: int, count: int) -> list[list[str]]:
    """Read mutants in another process, and return number, seconds and answer of each."""
    command = [sys.executable, "-m", "tests.inference.mutants", str(first), str(count)]
    variables = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    result = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, (result.stdout.splitlines()[-1:], result.stderr[-2000:])
    return [line.split(" ", 2) for line in result.stdout.splitlines()]


def assert_answered(answers: list[list[str]], count: int) -> None:
    """Assert that each mutant has an answer or a short reason, within bounded CPU time."""
    assert len(answers) == count
    for _, seconds, answer in answers:
        assert float(seconds) < SECONDS
        assert 0 < len(answer) < 80


def test_damaged_files_are_answered_or_refused() -> None:
    """Of 300 damaged files, some are read and some refused with a reason."""
    answers = read_mutants(0, 300)
    assert_answered(answers, 300)
    assert {"read", "cut short", "damaged"} <= {answer for _, _, answer in answers}


@pytest.mark.faults
def test_ten_thousand_damaged_files_are_answered_or_refused() -> None:
    """Each of 10,000 damaged files is read or refused with a reason."""
    assert_answered(read_mutants(1_000_000, 10_000), 10_000)
