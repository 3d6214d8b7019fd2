"""Damaged picture files are answered or refused with a reason: no crash, no hang, bounded memory."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.inference.mutants import SECONDS


def read_mutants(first: int, count: int) -> list[list[str]]:
    """Read mutants in a process of its own; gives number, seconds and answer of each."""
    command = [sys.executable, "-m", "tests.inference.mutants", str(first), str(count)]
    variables = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    result = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, (result.stdout.splitlines()[-1:], result.stderr[-2000:])
    return [line.split(" ", 2) for line in result.stdout.splitlines()]


def assert_answered(answers: list[list[str]], count: int) -> None:
    """Hold that each has an answer or a reason of a few words, after a bounded time of the processor."""
    assert len(answers) == count
    for _, seconds, said in answers:
        assert float(seconds) < SECONDS
        assert 0 < len(said) < 80


def test_damaged_files_are_answered_or_refused() -> None:
    """300 damaged files, and both answers and reasons among them."""
    answers = read_mutants(0, 300)
    assert_answered(answers, 300)
    assert {"read", "cut short", "damaged"} <= {said for _, _, said in answers}


@pytest.mark.faults
def test_ten_thousand_damaged_files_are_answered_or_refused() -> None:
    """10,000 damaged files."""
    assert_answered(read_mutants(1_000_000, 10_000), 10_000)
