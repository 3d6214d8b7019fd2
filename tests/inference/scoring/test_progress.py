"""Progress of scoring."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from inference.model.bundle import LoadedBundle
from inference.scoring import progress as meter
from inference.scoring.ledger import Ledger
from inference.scoring.progress import Meter
from schemas.progress import LOGGER, Progress
from tests.inference.scoring.folders import job_of, score, write_pictures

FILES = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 400 digits in ten folders."""
    return write_pictures(tmp_path_factory.mktemp("meter") / "pictures", FILES)


def _reported(caplog: pytest.LogCaptureFixture) -> list[Progress]:
    return [vars(record)["progress"] for record in caplog.records if "progress" in vars(record)]


def test_the_time_left_is_logged_once_all_files_are_listed(
    folder: Path, loaded: LoadedBundle, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Ten seconds after the last line there is another; it has the time left once all files are listed."""
    caplog.set_level(logging.INFO, LOGGER.name)
    ledger = Ledger(job_of(folder, loaded, tmp_path / "parts"), str(tmp_path / "parts"))
    tasks = ledger.tasks(set())
    next(tasks)
    Meter(ledger, time.monotonic() - 20).add(40)
    assert [*tasks]
    Meter(ledger, time.monotonic() - 20).add(40)
    assert [str(each) for each in _reported(caplog)] == [
        "files 40/40 found so far  2 files/s",
        "files 40/400  2 files/s  3 min left",
    ]


def test_a_short_run_logs_no_progress(
    folder: Path, loaded: LoadedBundle, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A run that ends within ten seconds logs no line of progress."""
    caplog.set_level(logging.INFO, LOGGER.name)
    score(folder, loaded, tmp_path / "parts")
    assert _reported(caplog) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("force", [False, True])
def test_progress_with_beam_counts_new_parts(  # noqa: PLR0913, PLR0917  (fixtures)
    force: bool,  # noqa: FBT001
    folder: Path,
    loaded: LoadedBundle,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With Beam, progress counts the parts placed by this run and not those of earlier runs."""
    monkeypatch.setattr(meter, "POLL", 0.001)
    monkeypatch.setattr(meter, "OFTEN", 0)
    if force:
        score(folder, loaded, tmp_path / "parts")
    caplog.set_level(logging.DEBUG, LOGGER.name)
    score(folder, loaded, tmp_path / "parts", beam=[], force=force)
    done = [each.done for each in _reported(caplog)]
    assert done == sorted(done)
    assert done[0] == 0
    assert 0 < done[-1] <= FILES
    assert {each.total for each in _reported(caplog) if not each.grows} == {FILES}
