"""Which settings of ingest count, and that nothing a setting names is ignored."""

from __future__ import annotations

import gzip
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


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    """Make a folder with four files that are named like the original ones, and are not."""
    folder = tmp_path / "manual"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes(gzip.compress(name.encode()))
    return folder


def project(folder: Path, pipeline: str, **variables: str) -> Project:
    """Make a project whose data_dir looks as if TFDS had prepared MNIST there."""
    prepared = folder / "tfds" / "mnist" / "3.0.1"
    prepared.mkdir(parents=True)
    (prepared / "dataset_info.json").write_text("{}")
    (folder / "pipeline.yaml").write_text(pipeline)
    return Project(folder, {"DIGITS_OFFLINE": "1", "TFDS_DATA_DIR": str(folder / "tfds"), **variables})


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Make a project that took in the sample; tests run it again."""
    made = project(tmp_path_factory.mktemp("ingested"), SAMPLE)
    made.digits("run")
    return made


@pytest.mark.parametrize(
    "setting", ["data_dir=elsewhere", "manual_dir=elsewhere", "offline=false", "stall_seconds=9", "fallback=sample"]
)
def test_a_setting_that_cannot_change_the_examples_reruns_nothing(ingested: Project, setting: str) -> None:
    """Where MNIST lies and how to reach it change nothing of a sample."""
    assert ingested.outcomes("--set", f"ingest.{setting}") == {"ingest": "unchanged"}


def test_a_setting_that_changes_the_examples_counts() -> None:
    """Of the settings of ingest, these are part of its fingerprint, and those are not."""
    counted = IngestConfig().counted().keys()
    assert IngestConfig.model_fields.keys() - counted == {
        "data_dir",
        "manual_dir",
        "offline",
        "stall_seconds",
        "fallback",
    }


def test_the_number_of_processes_does_not_count() -> None:
    """As many processes as there may be score a folder alike."""
    few, many = (ScoreConfig(folder=Path("pictures"), workers=count).counted() for count in (1, 8))
    assert few == many


def test_explain_shows_what_counts(ingested: Project) -> None:
    """`digits check --explain` marks the settings that do not count, and says what the marks mean."""
    lines = ingested.digits("check", "--explain").stdout.splitlines()
    marked = {
        name: next(line for line in lines if f" {name}: " in line) for name in ("stall_seconds", "data_dir", "seed")
    }
    assert "# (does not count) " in marked["stall_seconds"]
    assert "# (counts for a fallback) " in marked["data_dir"]
    assert "# (" not in marked["seed"]
    assert any(line.startswith("  (does not count) ") for line in lines)


@pytest.mark.parametrize("command", ["run", "plan", "check"])
def test_a_named_folder_that_is_not_there_is_an_error(tmp_path: Path, command: str) -> None:
    """Even where TFDS has prepared MNIST, a manual_dir that is not there ends the command."""
    made = project(tmp_path / "project", MNIST, DIGITS_TFDS_MANUAL_DIR="/nope")
    failed = made.digits(command, status=4)
    assert "/nope does not hold the original MNIST files\n  found:    no such folder" in failed.stderr


def test_a_run_that_cannot_begin_leaves_no_run(tmp_path: Path) -> None:
    """The folder is looked at before anything else."""
    made = project(tmp_path / "project", MNIST, DIGITS_TFDS_MANUAL_DIR="/nope")
    made.digits("run", status=4)
    assert not (made.artifacts / "runs").exists()


@pytest.mark.parametrize("command", ["run", "plan", "check"])
def test_a_damaged_file_is_named(tmp_path: Path, manual: Path, command: str) -> None:
    """Each file that is not the original one is named, with its size."""
    made = project(tmp_path / "project", MNIST, DIGITS_TFDS_MANUAL_DIR=str(manual))
    failed = made.digits(command, status=4)
    assert all(f"{name} is damaged ({(manual / name).stat().st_size} bytes)" in failed.stderr for name in FILES)


def test_a_missing_file_is_named_alone(tmp_path: Path, manual: Path) -> None:
    """A file that is not there is named before any is read."""
    (manual / "t10k-labels-idx1-ubyte.gz").unlink()
    made = project(tmp_path / "project", MNIST, DIGITS_TFDS_MANUAL_DIR=str(manual))
    assert "found:    no t10k-labels-idx1-ubyte.gz\n" in made.digits("check", status=4).stderr


def test_a_named_folder_that_no_source_reads_is_told_of(tmp_path: Path) -> None:
    """A manual_dir beside another source is no error, and the run says that it was not looked at."""
    made = project(tmp_path / "project", SAMPLE, DIGITS_TFDS_MANUAL_DIR="/nope")
    assert "the files in /nope were not looked at" in made.digits("run").stderr


def test_check_refuses_a_file_for_a_folder(tmp_path: Path) -> None:
    """`folder:` must name a folder."""
    made = project(tmp_path / "project", FOLDER)
    (made.path / "mine").touch()
    failed = made.digits("check", status=4)
    assert f"found:    {made.path / 'mine'} is a file, and should be a folder" in failed.stderr


def test_check_refuses_a_folder_for_a_file(tmp_path: Path) -> None:
    """`train_images:` and its like must name files."""
    made = project(tmp_path / "project", FILE)
    (made.path / "a").mkdir()
    failed = made.digits("check", status=4)
    assert f"found:    {made.path / 'a'} is a folder, and should be a file" in failed.stderr


@pytest.mark.full
def test_what_was_read_is_told_of(tmp_path: Path, originals: Path) -> None:
    """With MNIST prepared and the original files named too, ingest says which were read."""
    made = Project(tmp_path, {"TFDS_DATA_DIR": str(tmp_path / "tfds"), "DIGITS_TFDS_MANUAL_DIR": str(originals)})
    (tmp_path / "pipeline.yaml").write_text(MNIST)
    made.digits("run")
    again = made.digits("run", "--force", "ingest")
    assert f"the files in {originals} are the same, and not read" in again.stderr


@pytest.mark.full
def test_where_the_files_lie_reruns_nothing(tmp_path: Path, originals: Path) -> None:
    """The next shell, without the variable and without TFDS's folder, finds the full MNIST unchanged."""
    (tmp_path / "pipeline.yaml").write_text(MNIST)
    Project(tmp_path, {"TFDS_DATA_DIR": str(tmp_path / "one"), "DIGITS_TFDS_MANUAL_DIR": str(originals)}).digits("run")
    other = Project(tmp_path, {"TFDS_DATA_DIR": str(tmp_path / "two"), "DIGITS_OFFLINE": "1"})
    assert other.outcomes() == {"ingest": "unchanged"}
