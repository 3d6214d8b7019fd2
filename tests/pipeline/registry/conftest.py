"""A project with two champions, one after the other, and a model that the gate refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.once import once
from tests.project import Project, toy_project

WRAPPED = """\
stages:
  say:
    uses: toys.say
    config: {word: hello}
  bless:
    uses: toys.bless
    inputs: {text: say.text}
  wrap:
    uses: toys.wrap
    inputs: {text: say.text, blessing: bless.blessing}
    requires: bless.blessing
"""
REFUSED = ("--set", "say.word=ok", "--set", "bless.least=9")


def _three_runs(folder: Path) -> None:
    project = toy_project(folder, WRAPPED)
    project.digits("run")
    project.digits("run", "--set", "say.word=other")
    project.digits("run", *REFUSED, status=3)


@pytest.fixture
def judged(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project of toy stages: v0001 was champion, v0002 is, and the gate refused the latest run's model."""
    folder = once(tmp_path_factory, "judged", _three_runs)
    shutil.copytree(folder, tmp_path / "toy", symlinks=True)
    return Project(tmp_path / "toy", {})
