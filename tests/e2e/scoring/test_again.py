"""A second run: the same bytes, and what is kept, reused or written again."""

from __future__ import annotations

import fcntl
from pathlib import Path

from tests.e2e.scoring.command import score
from tests.inference.scoring.folders import read_rows
from tests.project import Project


def test_a_second_run_gives_the_same_bytes(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """Two runs write the same bytes."""
    for name in ("one.parquet", "other.parquet"):
        score(sealed, tmp_path, pictures, "--out", name)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()


def test_the_default_output_is_not_overwritten(sealed: Project, pictures: Path, mixed: Path, tmp_path: Path) -> None:
    """Without --out, predictions of another folder are kept, unless --force is given."""
    score(sealed, tmp_path, pictures)
    before = (tmp_path / "predictions.parquet").read_bytes()
    status, _, err = score(sealed, tmp_path, mixed)
    assert (status, "predictions.parquet exists already" in err, "--out" in err) == (2, True, True)
    assert (tmp_path / "predictions.parquet").read_bytes() == before
    assert score(sealed, tmp_path, mixed, "--force")[0] == 5
    assert len(read_rows(tmp_path / "predictions.parquet")) == 23


def test_reused_parts_are_reported(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """A second run into the same folder reports the parts it reuses; --force reuses none."""
    score(sealed, tmp_path, pictures, "--out", "parts")
    assert "100 files kept from an earlier run" in score(sealed, tmp_path, pictures, "--out", "parts")[1]
    assert "kept" not in score(sealed, tmp_path, pictures, "--out", "parts", "--force")[1]


def test_a_finished_file_is_written_again(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """A second run into the same file reuses nothing, and --help says so."""
    for _ in range(2):
        assert "kept" not in score(sealed, tmp_path, pictures, "--out", "out.csv")[1]
    message = " ".join(score(sealed, tmp_path, "--help")[1].split())
    assert "a finished one starts over, unless the output is a folder of Parquet files" in message


def test_two_runs_into_one_output_are_refused(sealed: Project, pictures: Path, tmp_path: Path) -> None:
    """While one process writes an output, another is refused."""
    lock = tmp_path / "out.parquet.parts" / ".lock"
    lock.parent.mkdir()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        status, _, err = score(sealed, tmp_path, pictures, "--out", "out.parquet")
        assert (status, "is being written by another process" in err) == (2, True)
    assert score(sealed, tmp_path, pictures, "--out", "out.parquet")[0] == 0
