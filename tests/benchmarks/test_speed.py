"""The command answers at once."""

from __future__ import annotations

import statistics

import pytest

from tests.benchmarks.speed import CACHED, FIVE, HELP, LARGE, ONE, measure_all

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def medians() -> dict[str, float]:
    """Give the median of the seconds of each command."""
    return {name: statistics.median(seconds) for name, seconds in measure_all().items()}


def test_a_cached_run_takes_half_a_second_at_most(medians: dict[str, float]) -> None:
    """The shipped pipeline, with nothing changed."""
    assert medians[CACHED] <= 0.5


def test_help_takes_a_fifth_of_a_second_at_most(medians: dict[str, float]) -> None:
    """The list of commands."""
    assert medians[HELP] <= 0.2


def test_five_stages_cost_little_more_than_one(medians: dict[str, float]) -> None:
    """Four stages that do nothing add 0.6 s at most."""
    assert medians[FIVE] - medians[ONE] <= 0.6


def test_a_large_store_slows_nothing_down(medians: dict[str, float]) -> None:
    """With 2,000 artifacts and 1,000 runs every command takes a second at most."""
    large = {name: seconds for name, seconds in medians.items() if name.startswith(LARGE)}
    assert len(large) == 4
    assert max(large.values()) <= 1
