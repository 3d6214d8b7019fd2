"""How far scoring is."""

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
from tests.inference.scoring.folders import score, work_on, write_pictures

FILES = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of 400 digits in ten folders."""
    return write_pictures(tmp_path_factory.mktemp("meter") / "pictures", FILES)


def _told(caplog: pytest.LogCaptureFixture) -> list[Progress]:
    return [vars(record)["progress"] for record in caplog.records if "progress" in vars(record)]


def test_off_a_terminal_the_time_left_is_told(
    folder: Path, loaded: LoadedBundle, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """After ten seconds there is a line of its own; it has the time left once all files are listed."""
    caplog.set_level(logging.INFO, LOGGER.name)
    ledger = Ledger(work_on(folder, loaded, tmp_path / "parts"), str(tmp_path / "parts"))
    tasks = ledger.tasks(set())
    next(tasks)
    Meter(ledger, time.monotonic() - 20).add(40)
    assert [*tasks]
    Meter(ledger, time.monotonic() - 20).add(40)
    assert [str(each) for each in _told(caplog)] == [
        "files 40/40 found so far  2 files/s",
        "files 40/400  2 files/s  3 min left",
    ]


def test_between_milestones_no_line_is_asked_for(
    folder: Path, loaded: LoadedBundle, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What a live display shows is no line of its own."""
    caplog.set_level(logging.INFO, LOGGER.name)
    score(folder, loaded, tmp_path / "parts")
    assert _told(caplog) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("force", [False, True])
def test_beam_is_watched(  # noqa: PLR0913, PLR0917  (fixtures)
    force: bool,  # noqa: FBT001
    folder: Path,
    loaded: LoadedBundle,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While Beam scores, the parts that it has placed are counted: those of before are not, however often it scores."""
    monkeypatch.setattr(meter, "POLL", 0.001)
    monkeypatch.setattr(meter, "OFTEN", 0)
    if force:
        score(folder, loaded, tmp_path / "parts")
    caplog.set_level(logging.DEBUG, LOGGER.name)
    score(folder, loaded, tmp_path / "parts", beam=[], force=force)
    done = [each.done for each in _told(caplog)]
    assert done == sorted(done)
    assert done[0] == 0
    assert 0 < done[-1] <= FILES
    assert {each.total for each in _told(caplog) if not each.grows} == {FILES}
