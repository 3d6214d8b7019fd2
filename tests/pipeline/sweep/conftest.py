"""A project of toy stages that can be swept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project import toy_project

LEARNING = """\
stages:
  say: {uses: toys.say}
  learn: {uses: toys.learn, inputs: {text: say.text}}
  shout: {uses: toys.shout, inputs: {text: say.text}}
  bless: {uses: toys.bless, inputs: {text: shout.shouted}}
  pack: {uses: toys.pack, inputs: {text: shout.shouted}, requires: bless.blessing}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a project in which the tests of a module share what has run."""
    return toy_project(tmp_path_factory.mktemp("sweep") / "toy", LEARNING).path
