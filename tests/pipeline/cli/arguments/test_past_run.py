"""The names by which a past run is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.arguments.past_run import find_run
from schemas.errors import InputError, UsageError
from schemas.manifest import replace_link
from schemas.records.run import RunRecord, StageRecord

BUNDLE = "store/export/bundle/v0001-0123abcd"


def _write_runs(artifacts: Path, names: list[str], made: dict[str, str] | None = None) -> None:
    for name in names:
        folder = artifacts / "runs" / name
        folder.mkdir(parents=True)
        outputs = {"bundle": made[name]} if made and name in made else {}
        stages = [StageRecord(stage="export", outcome="ran", reason="", outputs=outputs)]
        RunRecord(run=name, outcome="completed", stages=stages).write(folder)


@pytest.mark.parametrize("name", [None, "latest", "2026-3", "3"])
def test_the_latest_run_has_many_names(name: str | None, tmp_path: Path) -> None:
    """No name, `latest`, its full name and its last letters all find the latest run."""
    _write_runs(tmp_path, ["2026-1", "2026-2", "2026-3"])
    assert find_run(tmp_path, name).run == "2026-3"


def test_the_champions_run_is_the_one_that_made_it(tmp_path: Path) -> None:
    """`champion` is the first run that exported the champion, not a later run that found it unchanged."""
    _write_runs(tmp_path, ["2026-1", "2026-2", "2026-3"], {"2026-2": BUNDLE, "2026-3": BUNDLE})
    replace_link(tmp_path / "champion", BUNDLE)
    assert find_run(tmp_path, "champion").run == "2026-2"


def test_without_a_champion_its_run_is_a_missing_input(tmp_path: Path) -> None:
    """Without a champion, asking for its run is an InputError."""
    _write_runs(tmp_path, ["2026-1"])
    with pytest.raises(InputError, match="there is no champion yet"):
        find_run(tmp_path, "champion")


@pytest.mark.parametrize(("count", "more"), [(2, ""), (4, ""), (6, " and 2 more")])
def test_an_ambiguous_name_lists_the_newest_runs(count: int, more: str, tmp_path: Path) -> None:
    """An ambiguous name lists the four newest matching runs and counts the others."""
    _write_runs(tmp_path, [f"2026-{number}" for number in range(count)])
    with pytest.raises(UsageError, match="2026 matches more than one run") as caught:
        find_run(tmp_path, "2026")
    newest = [f"2026-{number}" for number in reversed(range(count))]
    assert caught.value.found == ", ".join(newest[:4]) + more


@pytest.mark.parametrize("name", [None, "latest", "2026-2", "-2"])
def test_a_damaged_record_is_not_passed_over(name: str | None, tmp_path: Path) -> None:
    """No other run is shown in place of one whose record cannot be read, and it is not said to be gone."""
    _write_runs(tmp_path, ["2026-1", "2026-2"])
    replace_link(tmp_path / "latest", "runs/2026-2")
    (tmp_path / "runs" / "2026-2" / "run.json").write_text("")
    with pytest.raises(InputError, match="the record of run 2026-2 cannot be read") as error:
        find_run(tmp_path, name)
    assert "verify --set-aside" in error.value.do
    assert find_run(tmp_path, "2026-1").run == "2026-1"
