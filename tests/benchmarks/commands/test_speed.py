"""The speed of commands without work."""

from __future__ import annotations

import statistics

import pytest

from tests.benchmarks.commands.speed import CACHED, FIVE, HELP, LARGE, ONE, measure_all

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def medians() -> dict[str, float]:
    """Return the median seconds of each command."""
    return {name: statistics.median(seconds) for name, seconds in measure_all().items()}


def test_a_cached_run_takes_half_a_second_at_most(medians: dict[str, float]) -> None:
    """A cached run of the shipped pipeline takes at most half a second."""
    assert medians[CACHED] <= 0.5


def test_help_takes_a_fifth_of_a_second_at_most(medians: dict[str, float]) -> None:
    """`digits --help` takes at most a fifth of a second."""
    assert medians[HELP] <= 0.2


def test_five_stages_cost_little_more_than_one(medians: dict[str, float]) -> None:
    """Four more stages without work add at most 0.6 s."""
    assert medians[FIVE] - medians[ONE] <= 0.6


def test_a_large_store_slows_nothing_down(medians: dict[str, float]) -> None:
    """With 2,000 artifacts and 1,000 runs, every command takes at most a second."""
    large = {name: seconds for name, seconds in medians.items() if name.startswith(LARGE)}
    assert len(large) == 4
    assert max(large.values()) <= 1
