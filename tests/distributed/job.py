"""Scoring of a folder on a Beam runner, from the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from learning.synthetic.encoding import encode_png
from tests.inference.pictures import sample
from tests.project import Project

__all__ = ["UNREADABLE", "Job", "environment"]

UNREADABLE = 5  # exit status of a finished job: each of its folders has a file that is not a picture


@dataclass(frozen=True)
class Job:
    """A folder to score.

    Attributes:
        project: the project whose champion reads the pictures.
        folder: folder of the pictures.
        out: path of the predictions.
    """

    project: Project
    folder: Path
    out: Path

    @classmethod
    def of(cls, project: Project, place: Path, count: int, folders: int) -> Job:
        """Write *count* digits into *folders* folders below *place*, which also gets the predictions."""
        return cls(project, _write_pictures(place / "pictures", count, folders), place / "predictions.parquet")

    @property
    def parts(self) -> int:
        """Number of parts written so far."""
        return len(list(Path(f"{self.out}.parts").glob("*.parquet")))

    def start(self, options: list[str]) -> subprocess.Popen[str]:
        """Start scoring on the runner that Beam's options name."""
        arguments = ["score", str(self.folder), "--out", str(self.out), "--engine", "beam", "--json", "--", *options]
        return replace(self.project, environment=self.project.environment | environment()).start(*arguments)

    def score(self, options: list[str]) -> bytes:
        """Score to the end on that runner and return the predictions."""
        process = self.start(options)
        out, err = process.communicate()
        assert process.returncode == UNREADABLE, f"{out}\n{err}"
        return self.out.read_bytes()

    def score_locally(self) -> bytes:
        """Score on the local engine and return the predictions."""
        out = self.out.with_name(f"here-{self.out.name}")
        self.project.digits("score", str(self.folder), "--out", str(out), status=UNREADABLE)
        return out.read_bytes()


def environment() -> dict[str, str]:
    """Return the variables with which Beam finds this Python as `python`."""
    return {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _write_pictures(folder: Path, count: int, folders: int) -> Path:
    """Write *count* real digits into *folders* folders, each with a file that is not a picture."""
    files = [encode_png(image) for image in sample()[:: max(5000 // count, 1)]]
    for number in range(folders):
        (folder / f"{number:03}").mkdir(parents=True)
        (folder / f"{number:03}" / "broken.png").write_bytes(b"no picture")
    for number in range(count):
        (folder / f"{number % folders:03}" / f"{number:05}.png").write_bytes(files[number % len(files)])
    return folder
