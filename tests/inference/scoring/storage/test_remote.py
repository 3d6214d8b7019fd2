"""Folders on Beam's file systems are scored like local folders."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from inference.model.bundle import LoadedBundle
from inference.scoring.engines.beam import Beam
from inference.scoring.folder import Scored, score_folder
from inference.scoring.job import Job
from inference.scoring.output import Output
from inference.scoring.part import Columns
from inference.scoring.storage.remote import Remote
from schemas.errors import InputError
from tests.inference.scoring.elsewhere import Elsewhere, there
from tests.inference.scoring.folders import as_nobody, parts_of, read_rows, score, write_mixed, write_pictures

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 30 digits, a text, and a text named like a picture."""
    folder = write_mixed(tmp_path_factory.mktemp("elsewhere") / "pictures", 30)
    (folder / "notes.txt").write_text("two pints of milk, and bread")
    return folder


def _score(folder: Path, loaded: LoadedBundle, out: Path, beam: list[str] | None = None) -> Scored:
    """Score from the remote file system to the remote file system."""
    assert Elsewhere.scheme() == "test"
    output = Output(there(out))
    work = Job(Remote(there(folder), (output.path, output.parts)), loaded, Columns())
    return score_folder(work, output, workers=1, beam=None if beam is None else Beam(beam))


@pytest.mark.parametrize("beam", [None, []], ids=["local", "beam"])
@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_the_output_equals_that_of_a_local_folder(
    suffix: str, beam: list[str] | None, folder: Path, loaded: LoadedBundle, tmp_path: Path
) -> None:
    """With either engine, remote input and output give the same bytes as local files."""
    score(folder, loaded, tmp_path / f"here.{suffix}")
    _score(folder, loaded, tmp_path / f"there.{suffix}", beam)
    assert (tmp_path / f"there.{suffix}").read_bytes() == (tmp_path / f"here.{suffix}").read_bytes()


def test_no_part_is_left_with_the_output(folder: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """The parts are deleted once the output is complete."""
    _score(folder, loaded, tmp_path / "out.parquet")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["out.parquet"]


def test_a_rerun_keeps_the_parts(folder: Path, loaded: LoadedBundle, tmp_path: Path) -> None:
    """A rerun keeps every finished part of a remote output."""
    _score(folder, loaded, tmp_path / "parts")
    before = parts_of(tmp_path / "parts")
    scored = _score(folder, loaded, tmp_path / "parts")
    assert (scored.kept, scored.listed) == (32, 32)
    assert parts_of(tmp_path / "parts") == before


def test_unreadable_files_are_scored_again(loaded: LoadedBundle) -> None:
    """A rerun scores the part of an unreadable file again, and keeps the others."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_pictures(Path(name) / "pictures", 4)
        with as_nobody(Path(name), folder / "3" / "00003.png"):
            assert [_score(folder, loaded, Path(name) / "parts").kept for _ in range(2)] == [0, 3]
        assert [_score(folder, loaded, Path(name) / "parts").kept for _ in range(2)] == [3, 4]
        assert read_rows(Path(name) / "parts")["3/00003.png"]["decision"] == "answered"


def test_a_stale_part_is_deleted(loaded: LoadedBundle, tmp_path: Path) -> None:
    """The part of a deleted file is deleted."""
    folder = write_pictures(tmp_path / "pictures", 4)
    _score(folder, loaded, tmp_path / "parts")
    (folder / "3" / "00003.png").unlink()
    _score(folder, loaded, tmp_path / "parts")
    assert sorted(read_rows(tmp_path / "parts")) == ["0/00000.png", "1/00001.png", "2/00002.png"]


def test_an_output_inside_the_folder_is_not_scored(loaded: LoadedBundle, tmp_path: Path) -> None:
    """An output written into the scored folder is not listed."""
    folder = write_pictures(tmp_path / "pictures", 4)
    assert [_score(folder, loaded, folder / "parts").listed for _ in range(2)] == [4, 4]


def test_a_missing_folder_is_an_input_error(loaded: LoadedBundle, tmp_path: Path) -> None:
    """Scoring a folder that does not exist is an input error."""
    with pytest.raises(InputError, match="does not exist"):
        _score(tmp_path / "nowhere", loaded, tmp_path / "out.parquet")


def test_an_unknown_scheme_is_an_input_error(loaded: LoadedBundle, tmp_path: Path) -> None:
    """The error names the URL whose scheme Beam does not know."""
    work = Job(Remote("nosuch://bucket/pictures"), loaded, Columns())
    with pytest.raises(InputError, match="nosuch://bucket/pictures cannot be listed"):
        score_folder(work, Output(str(tmp_path / "out.parquet")), workers=1)
