"""Which settings of ingest count, and that no named file or folder is ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.ingest import IngestConfig
from components.score import ScoreConfig
from components.sources.mnist import FILES
from tests.project import Project

MNIST = "stages:\n  ingest:\n    config: {source: tfds, fallback: sample}\n"
SAMPLE = "stages:\n  ingest:\n    config: {source: sample}\n"
FOLDER = "stages:\n  ingest:\n    config: {source: folder, folder: mine}\n"
FILE = (
    "stages:\n  ingest:\n    config: {source: idx, train_images: a, train_labels: b, test_images: c, test_labels: d}\n"
)


def project(folder: Path, pipeline: str, **variables: str) -> Project:
    """Return a project whose data_dir looks as if TFDS had prepared MNIST there."""
    prepared = folder / "tfds" / "mnist" / "3.0.1"
    prepared.mkdir(parents=True)
    (prepared / "dataset_info.json").write_text("{}")
    (folder / "pipeline.yaml").write_text(pipeline)
    return Project(folder, {"DIGITS_OFFLINE": "1", "TFDS_DATA_DIR": str(folder / "tfds"), **variables})


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that has ingested the sample; tests run it again."""
    made = project(tmp_path_factory.mktemp("ingested"), SAMPLE)
    made.digits("run")
    return made


@pytest.mark.parametrize(
    "setting", ["data_dir=elsewhere", "manual_dir=elsewhere", "offline=false", "stall_seconds=9", "fallback=sample"]
)
def test_a_setting_that_cannot_change_the_examples_reruns_nothing(ingested: Project, setting: str) -> None:
    """Settings on where MNIST lies and how to reach it do not rerun an ingest of the sample."""
    assert ingested.outcomes("--set", f"ingest.{setting}") == {"ingest": "unchanged"}


def test_settings_on_place_and_patience_do_not_count() -> None:
    """All settings of ingest count in its fingerprint except these five."""
    counted = IngestConfig().counted().keys()
    assert IngestConfig.model_fields.keys() - counted == {
        "data_dir",
        "manual_dir",
        "offline",
        "stall_seconds",
        "fallback",
    }


def test_the_number_of_processes_does_not_count() -> None:
    """The number of processes of score does not count in its fingerprint."""
    few, many = (ScoreConfig(folder=Path("pictures"), workers=count).counted() for count in (1, 8))
    assert few == many


def test_explain_shows_what_counts(ingested: Project) -> None:
    """`digits check --explain` marks the settings that do not count, and explains the marks."""
    lines = ingested.digits("check", "--explain").stdout.splitlines()
    marked = {
        name: next(line for line in lines if f" {name}: " in line) for name in ("stall_seconds", "data_dir", "seed")
    }
    assert "# (does not count) " in marked["stall_seconds"]
    assert "# (counts for a fallback) " in marked["data_dir"]
    assert "# (" not in marked["seed"]
    assert any(line.startswith("  (does not count) ") for line in lines)


@pytest.mark.parametrize("command", ["run", "plan", "check"])
def test_a_named_folder_that_is_missing_is_an_error(tmp_path: Path, command: str) -> None:
    """Even if TFDS has prepared MNIST, a missing manual_dir ends the command."""
    made = project(tmp_path / "project", MNIST, DIGITS_TFDS_MANUAL_DIR="/nope")
    failed = made.digits(command, status=4)
    assert "/nope does not hold the original MNIST files\n  found:    no such folder" in failed.stderr


def test_a_run_that_cannot_begin_leaves_no_run(tmp_path: Path) -> None:
    """A run with a missing manual_dir leaves no folder of a run."""
    made = project(tmp_path / "project", MNIST, DIGITS_TFDS_MANUAL_DIR="/nope")
    made.digits("run", status=4)
    assert not (made.artifacts / "runs").exists()


@pytest.mark.parametrize("command", ["run", "plan", "check"])
def test_a_damaged_file_is_named(tmp_path: Path, fakes: Path, command: str) -> None:
    """Each file that is not the original is named with its size."""
    made = project(tmp_path / "project", MNIST, DIGITS_TFDS_MANUAL_DIR=str(fakes))
    failed = made.digits(command, status=4)
    assert all(f"{name} is damaged ({(fakes / name).stat().st_size} bytes)" in failed.stderr for name in FILES)


def test_a_missing_file_is_named_alone(tmp_path: Path, fakes: Path) -> None:
    """For a missing file, the error names only that file."""
    (fakes / "t10k-labels-idx1-ubyte.gz").unlink()
    made = project(tmp_path / "project", MNIST, DIGITS_TFDS_MANUAL_DIR=str(fakes))
    assert "found:    no t10k-labels-idx1-ubyte.gz\n" in made.digits("check", status=4).stderr


def test_a_named_folder_that_no_source_reads_is_reported(tmp_path: Path) -> None:
    """A manual_dir that the source does not use is not an error, and the run reports it."""
    made = project(tmp_path / "project", SAMPLE, DIGITS_TFDS_MANUAL_DIR="/nope")
    assert "the files in /nope are not used" in made.digits("run").stderr


def test_check_refuses_a_file_for_a_folder(tmp_path: Path) -> None:
    """`folder:` must name a folder."""
    made = project(tmp_path / "project", FOLDER)
    (made.path / "mine").touch()
    failed = made.digits("check", status=4)
    assert f"found:    {made.path / 'mine'} is a file, not a folder" in failed.stderr


def test_check_refuses_a_folder_for_a_file(tmp_path: Path) -> None:
    """`train_images:` must name a file."""
    made = project(tmp_path / "project", FILE)
    (made.path / "a").mkdir()
    failed = made.digits("check", status=4)
    assert f"found:    {made.path / 'a'} is a folder, not a file" in failed.stderr


@pytest.mark.full
def test_named_originals_are_read(tmp_path: Path, originals: Path) -> None:
    """Named original files are read even if TFDS has a folder of MNIST, which is not touched: here it is broken."""
    made = project(tmp_path / "project", MNIST, DIGITS_TFDS_MANUAL_DIR=str(originals))
    assert made.outcomes() == {"ingest": "ran"}


@pytest.mark.full
def test_where_the_files_lie_reruns_nothing(tmp_path: Path, originals: Path) -> None:
    """With MNIST in another place and no variable set, ingest is unchanged."""
    (tmp_path / "pipeline.yaml").write_text(MNIST)
    Project(tmp_path, {"TFDS_DATA_DIR": str(tmp_path / "one"), "DIGITS_TFDS_MANUAL_DIR": str(originals)}).digits("run")
    other = Project(tmp_path, {"TFDS_DATA_DIR": str(tmp_path / "two"), "DIGITS_OFFLINE": "1"})
    assert other.outcomes() == {"ingest": "unchanged"}
