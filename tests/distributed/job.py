"""Scoring a folder on an engine, as a user would."""

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

UNREADABLE = 5  # the exit status of a job that is done: each of its folders holds a file that is no picture


@dataclass(frozen=True)
class Job:
    """A folder that is scored.

    Attributes:
        project: whose champion does it.
        folder: of the pictures.
        out: the predictions.
    """

    project: Project
    folder: Path
    out: Path

    @classmethod
    def of(cls, project: Project, place: Path, count: int, folders: int) -> Job:
        """Write so many digits into so many folders in a place, where the predictions go, too."""
        return cls(project, _write_pictures(place / "pictures", count, folders), place / "predictions.parquet")

    @property
    def parts(self) -> int:
        """How many parts there are by now."""
        return len(list(Path(f"{self.out}.parts").glob("*.parquet")))

    def start(self, options: list[str]) -> subprocess.Popen[str]:
        """Start it on the engine that Beam's options name."""
        arguments = ["score", str(self.folder), "--out", str(self.out), "--engine", "beam", "--json", "--", *options]
        return replace(self.project, environment=self.project.environment | environment()).start(*arguments)

    def done(self, options: list[str]) -> bytes:
        """Do it, and give the predictions."""
        process = self.start(options)
        out, err = process.communicate()
        assert process.returncode == UNREADABLE, f"{out}\n{err}"
        return self.out.read_bytes()

    def done_here(self) -> bytes:
        """Do it on the local engine, and give the predictions."""
        out = self.out.with_name(f"here-{self.out.name}")
        self.project.digits("score", str(self.folder), "--out", str(out), status=UNREADABLE)
        return out.read_bytes()


def environment() -> dict[str, str]:
    """Give the variables under which Beam finds this Python, by the name `python`."""
    return {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _write_pictures(folder: Path, count: int, folders: int) -> Path:
    """Write so many real digits into so many folders, and into each a file that is no picture."""
    files = [encode_png(image) for image in sample()[:: max(5000 // count, 1)]]
    for number in range(folders):
        (folder / f"{number:03}").mkdir(parents=True)
        (folder / f"{number:03}" / "broken.png").write_bytes(b"no picture")
    for number in range(count):
        (folder / f"{number % folders:03}" / f"{number:05}.png").write_bytes(files[number % len(files)])
    return folder
