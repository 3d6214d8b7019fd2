"""A project in a temporary folder, whose command tests run as a user would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.forked import run_forked
from tests.machines.varied import SEED, THREADS
from tests.waiting import wait_for

__all__ = ["DIGITS", "HOUSE", "SHORTENED", "Project", "shipped", "shipped_project", "toy_project"]

HOUSE = Path(__file__).parents[1]
DIGITS = Path(sys.executable).with_name("digits")

TOYS = """\
stages:
  say:
    uses: toys.say
    config: {word: hello}
  shout:
    uses: toys.shout
    inputs: {text: say.text}
  bless:
    uses: toys.bless
    inputs: {text: shout.shouted}
  pack:
    uses: toys.pack
    inputs: {text: shout.shouted}
    requires: bless.blessing
"""

SHORTENED = {
    "source: tfds": "source: sample",
    "drawn: 3000": "drawn: 200",
    "recipe: standard": "recipe: standard\n      steps: 80\n      rounds: 4\n      strangers: 4",
    "refused: 0.005": "refused: 0.005\n      saved: 2",
    "gate: #": "per_kind: 1\n      gate: #",
    "accuracy: {at_least: 0.965, on: lower}": "accuracy: {at_least: 0.7, on: lower}",
    "recall: {at_least: 0.90": "recall: {at_least: 0.3",
    "precision: {at_least: 0.90": "precision: {at_least: 0.3",
    "log_loss: {at_most: 0.15}": "log_loss: {at_most: 1.5}",
    "coverage: {at_least: 0.90}": "coverage: {at_least: 0.5}",
    "not_worse_by: 0.002": "not_worse_by: 0.3",
}
"""Edits that shorten a run of the shipped pipeline; the gate passes the resulting model on any machine."""

VARIED = {"threads: 2": f"threads: {THREADS}", "      seed: 0": f"      seed: {SEED}"}


@dataclass(frozen=True)
class Project:
    """A folder with a pipeline.yaml.

    Attributes:
        path: the folder.
        environment: variables of its commands, in addition to those of the tests.
    """

    path: Path
    environment: dict[str, str]

    @property
    def artifacts(self) -> Path:
        """The folder of its runs and artifacts."""
        return self.path / "artifacts"

    def variables(self) -> dict[str, str]:
        """Return all variables of its commands, without the tests' own for data sets, threads and workers."""
        left_out = ("DIGITS_", "TFDS_", "PYTEST_", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
        own = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        return own | self.environment

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command and leave it running."""
        return subprocess.Popen(
            [DIGITS, "-C", str(self.path), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.variables(),
        )

    def digits(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, in a forked process, and check its exit status."""
        done = run_forked([str(DIGITS), "-C", str(self.path), *arguments], self.variables())
        assert done.returncode == status, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str, status: int = 0) -> Any:  # noqa: ANN401
        """Run a command with --json and return the parsed document."""
        return json.loads(self.digits(*arguments, "--json", status=status).stdout)

    def outcomes(self, *arguments: str, status: int = 0) -> dict[str, str]:
        """Run the pipeline and return the outcome of each stage."""
        return {stage["stage"]: stage["outcome"] for stage in self.json("run", *arguments, status=status)["stages"]}

    def reasons(self, *arguments: str, status: int = 0) -> dict[str, str]:
        """Run the pipeline and return the reason of each stage."""
        return {stage["stage"]: stage["reason"] for stage in self.json("run", *arguments, status=status)["stages"]}

    def copy(self, folder: Path) -> Project:
        """Copy the whole project, with its runs, into a folder."""
        shutil.copytree(self.path, folder / "copy", symlinks=True)
        return Project(folder / "copy", self.environment)

    def hold(self, stage: str) -> None:
        """Make a toy stage wait, its outputs written, until it is released."""
        (self.path / f"hold.{stage}").touch()

    def wait_for_held(self, stage: str) -> None:
        """Wait until the stage has reached its hold."""
        wait_for((self.path / f"at.{stage}").exists, f"the stage {stage}")

    def release(self, stage: str) -> None:
        """Let the stage continue."""
        (self.path / f"hold.{stage}").unlink()

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in one of the project's files; the text must be there."""
        path = self.path / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


def toy_project(path: Path, pipeline: str = TOYS) -> Project:
    """Make a project of the toy stages."""
    shutil.copytree(HOUSE / "tests" / "toys", path / "toys", ignore=shutil.ignore_patterns("__pycache__"))
    (path / "pipeline.yaml").write_text(pipeline)
    return Project(path, {})


def shipped(folder: Path) -> Project:
    """Return a folder with a copy of the shipped pipeline.yaml as a project, without network."""
    return Project(folder, {"DIGITS_OFFLINE": "1", "TFDS_DATA_DIR": str(folder / "tfds")})


def shipped_project(folder: Path, changes: dict[str, str] | None = None) -> Project:
    """Make a project with the shipped pipeline.yaml after these changes to its text, without network."""
    folder.mkdir()
    shutil.copy(HOUSE / "pipeline.yaml", folder)
    project = shipped(folder)
    for old, new in (VARIED | (changes or {})).items():
        project.edit("pipeline.yaml", old, new)
    return project
