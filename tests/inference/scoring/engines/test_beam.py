"""Scoring with Beam gives the same output as scoring on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.model.bundle import LoadedBundle
from inference.scoring.engines.beam import Beam
from schemas.errors import UsageError
from tests.inference.scoring.folders import parts_of, score, write_mixed

WORKERS = ["--direct_running_mode=multi_processing", "--direct_num_workers=2"]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 60 digits in ten folders, and one text named like a picture."""
    return write_mixed(tmp_path_factory.mktemp("beam") / "pictures", 60)


@pytest.mark.parametrize("options", [[], WORKERS], ids=["in process", "two processes"])
def test_beam_gives_the_same_bytes(options: list[str], folder: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """The output equals that of the local engine, byte for byte."""
    score(folder, loaded, tmp_path / "local.parquet")
    scored = score(folder, loaded, tmp_path / "beam.parquet", beam=options)
    assert scored.listed == 61
    assert (tmp_path / "beam.parquet").read_bytes() == (tmp_path / "local.parquet").read_bytes()


def test_beam_resumes_a_local_run(folder: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """Beam scores only the parts that the local engine has not written."""
    score(folder, loaded, tmp_path / "parts")
    before = parts_of(tmp_path / "parts")
    gone = sorted(before)[:4]
    for name in gone:
        (tmp_path / "parts" / name).unlink()
    score(folder, loaded, tmp_path / "parts", beam=[])
    after = parts_of(tmp_path / "parts")
    assert set(after) == set(before)
    assert {name for name in after if after[name] == before[name]} == set(before) - set(gone)


def test_an_empty_folder_needs_no_engine(loaded: LoadedBundle, tmp_path: Path) -> None:
    """Scoring an empty folder with Beam is not an error."""
    (tmp_path / "pictures").mkdir()
    assert score(tmp_path / "pictures", loaded, tmp_path / "out.parquet", beam=[]).listed == 0


def test_the_default_runner_runs_in_this_process() -> None:
    """Beam's own default runner, which looks for a program to download, is not used."""
    assert Beam([]).runner == "FnApiRunner"


def test_a_requested_runner_is_used() -> None:
    """Any requested runner is passed on to Beam."""
    assert Beam(["--runner=FlinkRunner", "--flink_master=localhost:8081"]).runner == "FlinkRunner"


def test_the_runner_that_loses_rows_is_refused() -> None:
    """DaskRunner is refused with the reason."""
    with pytest.raises(UsageError, match="DaskRunner cannot be used") as raised:
        Beam(["--runner=DaskRunner"])
    assert "loses rows" in str(raised.value)
