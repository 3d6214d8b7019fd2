"""A pipeline that ends with scoring a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.inference.scoring.folders import read_rows, write_pictures
from tests.project import Project, toy_project

PIPELINE = """\
stages:
  say:
    uses: toys.say
  bless:
    uses: toys.bless
    inputs: {text: say.text}
  copy:
    uses: toys.copy
    config: {bundle: BUNDLE}
    requires: bless.blessing
  score:
    inputs: {bundle: copy.bundle}
    config:
      folder: pictures
"""
COPY = '''\
"""The bundle of another project."""

import shutil
from pathlib import Path

from schemas.artifacts.artifact import Output
from schemas.artifacts.bundle import Bundle
from schemas.settings.config import Config
from schemas.manifest import MANIFEST


class CopyConfig(Config):
    """Settings."""

    bundle: Path
    """Which one."""


def copy(bundle: Output[Bundle], config: CopyConfig) -> None:
    """Copy it without its manifest."""
    shutil.copytree(config.bundle, bundle.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MANIFEST))
'''


def _project(folder: Path, bundle: Path) -> Project:
    """Make a project that copies a bundle and scores ten pictures with it."""
    project = toy_project(folder, PIPELINE.replace("BUNDLE", str(bundle.resolve())))
    (project.path / "toys" / "copy.py").write_text(COPY)
    write_pictures(project.path / "pictures", 10)
    return project


@pytest.fixture(scope="module")
def ran(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return that project after its first run. Read-only."""
    project = _project(tmp_path_factory.mktemp("score-stage") / "toy", bundle)
    project.digits("run")
    return project


def _predictions(project: Project) -> Path:
    return project.artifacts / "latest" / "score.predictions"


def test_the_predictions_are_an_artifact(ran: Project) -> None:
    """The score stage publishes a table with a row for each picture, and the counts."""
    assert len(read_rows(_predictions(ran) / "predictions.parquet")) == 10
    assert json.loads((_predictions(ran) / "summary.json").read_bytes())["scored"] == 10


def test_a_second_run_scores_nothing(ran: Project) -> None:
    """With the same pictures and bundle, the stage is unchanged."""
    assert ran.outcomes()["score"] == "unchanged"


def test_a_new_picture_is_scored(bundle: Path, tmp_path: Path) -> None:
    """An added picture reruns the stage and gets a row."""
    project = _project(tmp_path / "toy", bundle)
    project.digits("run")
    write_pictures(project.path / "pictures", 1, first=10)
    assert project.outcomes() == {"say": "unchanged", "bless": "unchanged", "copy": "unchanged", "score": "ran"}
    assert "0/00010.png" in read_rows(_predictions(project) / "predictions.parquet")


def test_a_missing_folder_fails_with_status_4(bundle: Path, tmp_path: Path) -> None:
    """A missing folder fails the run with status 4."""
    project = _project(tmp_path / "toy", bundle)
    (project.path / "pictures").rename(project.path / "elsewhere")
    assert "pictures" in project.digits("run", status=4).stderr
