"""A project with a folder of pictures as data: a changed picture runs ingest again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from schemas.artifacts.examples import Examples
from schemas.artifacts.statistics import Statistics
from tests.project import Project
from tests.samples import write_digits

PIPELINE = """\
stages:
  ingest:
    config:
      source: folder
      folder: mine
  preprocess:
    inputs: {raw: ingest.examples}
"""
SEVERAL = """\
stages:
  ingest:
    config:
      sources:
        - {source: folder, folder: mine}
        - source: folder
          folder: ../hers
"""
OWN = """\
from pathlib import Path
from pydantic import Field
from schemas.artifacts.artifact import Artifact, Output
from schemas.settings.config import Config

class Counted(Artifact):
    "File structure: count.txt."

class CountConfig(Config):
    words: Path = Field(json_schema_extra={"data": True})
    disturb: bool = False

def count(counted: Output[Counted], config: CountConfig) -> None:
    (counted.path / "count.txt").write_text(str(len(config.words.read_text().split())))
    if config.disturb:
        config.words.write_text("other words")
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with pictures of three labels that has run; tests restore its pictures."""
    project = Project(tmp_path_factory.mktemp("pictures") / "project", {})
    write_digits(project.path / "mine", {"1": 12, "2": 12, "3": 12})
    (project.path / "pipeline.yaml").write_text(PIPELINE)
    project.digits("run", "--to", "preprocess")
    return project


@pytest.fixture
def own(tmp_path: Path) -> Project:
    """Return a project that has run, with a custom stage that reads a file of words."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "count.py").write_text(OWN)
    (tmp_path / "words.txt").write_text("one two")
    (tmp_path / "pipeline.yaml").write_text("stages:\n  count:\n    uses: own.count\n    config: {words: words.txt}\n")
    project = Project(tmp_path, {})
    project.digits("run")
    return project


def reason(project: Project) -> str:
    """Return why the first stage would run, or would not."""
    return project.json("plan")["stages"][0]["reason"]


def test_a_folder_runs_to_preprocess(ran: Project) -> None:
    """The pictures of a folder become the three splits."""
    examples = Examples(ran.artifacts / "latest" / "preprocess.examples")
    assert {split: len(examples.read(split)) for split in examples.splits} == {"test": 6, "train": 27, "validation": 3}


def test_nothing_changed_reruns_nothing(ran: Project) -> None:
    """After a touched picture and a new hidden file, both stages are unchanged."""
    (ran.path / "mine" / "1" / "00.png").touch()
    (ran.path / "mine" / "1" / ".DS_Store").touch()
    assert set(ran.outcomes("--to", "preprocess").values()) == {"unchanged"}


def test_a_new_picture_is_the_reason(ran: Project) -> None:
    """For a new picture, the reason names its folder and the old and new number of files."""
    new = Path(shutil.copy(ran.path / "mine" / "1" / "01.png", ran.path / "mine" / "1" / "new.png"))
    assert reason(ran) == "data changed: mine/1 (12 -> 13 files)"
    new.unlink()


def test_a_changed_picture_is_the_reason(ran: Project) -> None:
    """For a picture changed with the same size and time, the reason names its folder."""
    path = ran.path / "mine" / "1" / "02.png"
    content, times = path.read_bytes(), path.stat()
    path.write_bytes(content[::-1])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert reason(ran) == "data changed: mine/1 (12 files, other content)"
    path.write_bytes(content)


def test_a_deleted_picture_is_the_reason(ran: Project) -> None:
    """For a deleted picture, the reason names its folder."""
    moved = (ran.path / "mine" / "2" / "00.png").rename(ran.path / "aside.png")
    assert reason(ran) == "data changed: mine/2 (12 -> 11 files)"
    moved.rename(ran.path / "mine" / "2" / "00.png")


def test_a_new_label_is_the_reason(ran: Project) -> None:
    """For a new folder, the reason names it even if it is empty."""
    (ran.path / "mine" / "9").mkdir()
    assert reason(ran) == "data changed: mine/9 (new)"
    (ran.path / "mine" / "9").rmdir()


def test_a_new_picture_is_ingested(ran: Project) -> None:
    """A run ingests a new picture, and a run after its deletion reuses the first execution."""
    new = Path(shutil.copy(ran.path / "mine" / "1" / "01.png", ran.path / "mine" / "1" / "new.png"))
    assert ran.reasons("--to", "ingest")["ingest"] == "data changed: mine/1 (12 -> 13 files)"
    examples = Examples(ran.artifacts / "latest" / "ingest.examples")
    assert "1/new.png" in examples.read("train").ids + examples.read("test").ids
    new.unlink()
    assert ran.outcomes("--to", "ingest")["ingest"] == "unchanged"


def test_folders_of_several_sources_are_relative_to_the_project(ran: Project) -> None:
    """A folder in a list of sources is relative to pipeline.yaml, and its pictures count as data."""
    project = Project(ran.path / "several", {})
    write_digits(project.path / "mine", {"1": 4, "2": 4})
    write_digits(ran.path / "hers", {"1": 4})
    (project.path / "pipeline.yaml").write_text(SEVERAL)
    project.digits("run")
    sources = Statistics(project.artifacts / "latest" / "ingest.statistics").read().sources
    assert [each.prefix for each in sources] == ["mine/", "hers/"]
    (ran.path / "hers" / "1" / "00.png").unlink()
    assert reason(project).startswith("data changed: ")


def test_a_wrong_setting_of_one_source_is_located(ran: Project, tmp_path: Path) -> None:
    """The error for an unknown key of one of several sources names its line and the nearest name."""
    (tmp_path / "pipeline.yaml").write_text(SEVERAL.replace("          folder: ..", "          foldr: .."))
    error = Project(tmp_path, ran.environment).digits("check", status=2).stderr
    assert 'pipeline.yaml:7: unknown key "sources.1.foldr"' in error
    assert 'did you mean "folder"?' in error


def test_a_custom_stage_may_name_data(own: Project) -> None:
    """A setting declared as data reruns any stage when its file changes."""
    (own.path / "words.txt").write_text("one two three")
    assert own.reasons()["count"] == "data changed: words.txt (other content)"


def test_data_that_changes_during_a_stage_fails_it(own: Project) -> None:
    """The output of a stage whose data changed during the run is not kept."""
    error = own.digits("run", "--set", "count.disturb=true", status=1).stderr
    assert "the data of count changed while it was being read" in error
