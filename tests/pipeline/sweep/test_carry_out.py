"""Sweeps carried out."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.running.sweep import table
from pipeline.history import read_runs
from pipeline.report.material import Material
from pipeline.report.table import tabulate
from pipeline.store import Store
from pipeline.sweep.carry_out import SweepRecord, carry_out
from pipeline.sweep.variants import foresee_sweep, open_sweep

GIVEN = ["learn.rate=0.4,0.5,3.0", "learn.seed=0..1"]


@pytest.fixture(scope="module")
def found(house: Path) -> SweepRecord:
    """Return a sweep of six combinations, of which two diverge."""
    return carry_out(open_sweep(house, GIVEN), Store(house / "artifacts"))


def test_the_best_mean_comes_first(found: SweepRecord) -> None:
    """Combinations that differ in the seed are one group, with the mean and the standard deviation over the seeds."""
    assert [(each.set, each.count, round(each.mean, 9)) for each in found.groups] == [
        (["learn.rate=0.5"], 2, 0.905),
        (["learn.rate=0.4"], 2, 0.805),
    ]
    assert found.groups[0].sd == pytest.approx(0.01 / 2**0.5)
    assert found.winner
    assert found.winner.set == ["learn.rate=0.5", "learn.seed=1"]


def test_a_failing_combination_does_not_stop_the_others(found: SweepRecord) -> None:
    """It is named with its error, and has no place among the groups."""
    failed = [each for each in found.combinations if each.outcome == "failed"]
    assert [each.set[0] for each in failed] == ["learn.rate=3.0"] * 2
    assert {each.error for each in failed} == {"learn failed: the training diverged"}
    assert f"failed   learn.rate=3.0 learn.seed=0: {failed[0].error} (run {failed[0].run})" in table(found)


def test_a_combination_is_an_ordinary_run(found: SweepRecord, house: Path) -> None:
    """Its record has what was set, and ends above the gate; it can be compared."""
    runs = {run.run: run for run in read_runs(house / "artifacts")}
    assert [runs[each.run].overrides for each in found.combinations] == [each.set for each in found.combinations]
    assert {runs[each.run].outcome for each in found.combinations} == {"partial", "failed"}
    compared = tabulate([Material(house / "artifacts", runs[each.run]) for each in found.combinations])
    assert compared.settings == ["learn.rate", "learn.seed"]


def test_nothing_is_tested_or_promoted(found: SweepRecord, house: Path) -> None:
    """No stage below has run, and there is no champion."""
    assert found.to == "shout"
    assert {path.name for path in (house / "artifacts" / "store").iterdir() if (path / "executions").exists()} == {
        "say",
        "learn",
        "shout",
    }
    assert not (house / "artifacts" / "champion").exists()


def test_what_has_run_does_not_run_again(found: SweepRecord, house: Path) -> None:
    """The same sweep has the same figures and makes no run, and a larger one runs the new combinations only."""
    given = [GIVEN[0].replace(",3.0", ""), GIVEN[1]]
    before = len(list(read_runs(house / "artifacts")))
    again = carry_out(open_sweep(house, given), Store(house / "artifacts"))
    assert {each.outcome for each in again.combinations} == {"unchanged"}
    assert [each.run for each in again.combinations] == [each.run for each in found.combinations[:4]]
    assert again.groups[0].mean == found.groups[0].mean
    assert len(list(read_runs(house / "artifacts"))) == before
    assert foresee_sweep(open_sweep(house, [given[0], "learn.seed=0..2"]), Store(house / "artifacts")).stages == {
        "learn": 2
    }


def test_seeds_alone_are_one_group(house: Path) -> None:
    """Without other settings there is one line, of all."""
    again = carry_out(open_sweep(house, ["learn.seed=0..1"]), Store(house / "artifacts"))
    assert [(each.set, each.count) for each in again.groups] == [([], 2)]
    assert table(again).splitlines()[1].startswith("all ")


def test_a_group_in_which_one_failed_comes_last(house: Path) -> None:
    """A mean over the seeds that happened to work cannot be compared."""
    again = carry_out(open_sweep(house, ["learn.rate=0.5,0.0", "learn.seed=-1..0"]), Store(house / "artifacts"))
    assert [(each.set, each.failed) for each in again.groups] == [(["learn.rate=0.0"], 0), (["learn.rate=0.5"], 1)]
