"""A clock that is set back: what comes later is newer all the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.corrections import newest_corrections
from pipeline.history import new_run_name
from pipeline.store import Store
from schemas.records.execution import Execution
from schemas.records.run import RunRecord
from tests.corrected import correct, picture
from tests.project import toy_project

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AHEAD = "20991231T235959.999Z-aaaa"
"""The name of a run that began when the clock was ahead."""


@pytest.mark.parametrize("before", [AHEAD, "20260101T000000.000Z-ffff"])
def test_a_new_name_sorts_after_all_before(before: str) -> None:
    """The name of a new run sorts after one from the future, and after one of the same millisecond."""
    name = new_run_name(NOW, ["20250101T000000.000Z-0000", before])
    assert name > before
    assert new_run_name(NOW, [name]) > name


@pytest.mark.parametrize("before", ["99991231T235959.999Z-aaaa", "20269999T999999.999Z-aaaa", "champion"])
def test_a_name_that_is_no_time_counts_for_nothing(before: str) -> None:
    """A name after which no time comes, or that is none, does not stop new runs."""
    assert new_run_name(NOW, [before]).startswith("20260101T000000.000Z-")


def test_the_newest_correction_is_the_last_one(tmp_path: Path) -> None:
    """A correction that is stored after the clock was set back counts."""
    correct(tmp_path, picture("7"), "7")
    [record] = tmp_path.glob("store/corrections/executions/*.json")
    execution = Execution.from_json(record.read_bytes()).changed(run=AHEAD)
    record.with_name(f"{execution.name}.json").write_text(execution.to_json())
    record.unlink()
    correct(tmp_path, picture("3"), "3")
    newest = newest_corrections(Store(tmp_path))
    assert newest
    assert Path(newest.path).name[:5] == "v0002"


@pytest.mark.faults
def test_the_latest_run_is_the_last_one(tmp_path: Path) -> None:
    """A run that begins after the clock was set back is the one that `show` shows and `gc` keeps."""
    project = toy_project(tmp_path / "toy")
    project.digits("run")
    [folder] = (project.artifacts / "runs").iterdir()
    record = RunRecord.from_json((folder / "run.json").read_bytes())
    ahead = folder.rename(folder.with_name(AHEAD))
    record.changed(run=AHEAD).write(ahead)
    project.digits("run", "--set", "say.word=other")
    shown = project.json("show")
    assert shown["overrides"] == ["say.word=other"]
    project.digits("gc", "--keep-runs", "1", "--delete")
    assert (project.artifacts / "runs" / shown["run"]).is_dir()
