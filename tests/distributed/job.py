"""A job of the shape that scoring has: each shard writes a part of its own, and nothing else is kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.project import HOUSE

__all__ = ["IN_PROCESS", "Job", "environment", "run"]

IN_PROCESS = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]
"""Beam's own engine; the name in full, as `FnApiRunner` is one that PipelineOptions may not know."""


@dataclass(frozen=True)
class Job:
    """What is to be done.

    Attributes:
        out: the folder of the parts; there.
        shards: how many.
        seconds: how long each takes.
    """

    out: Path
    shards: int
    seconds: float = 0.0

    def start(self, options: list[str]) -> subprocess.Popen[str]:
        """Start it in a process of its own, as a command would be, on the engine that Beam's options name."""
        call = f"run({str(self.out)!r}, {self.shards}, {self.seconds}, {options!r})"
        return subprocess.Popen(
            [sys.executable, "-c", f"from tests.distributed.job import run\n{call}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
        )

    def done(self, options: list[str]) -> dict[str, str]:
        """Do it, and give its parts."""
        process = self.start(options)
        said, _ = process.communicate()
        assert process.returncode == 0, said
        return self.parts()

    def parts(self) -> dict[str, str]:
        """Give what is in each part that is there."""
        return {part.name: part.read_text() for part in sorted(self.out.glob("*.part"))}

    def tries(self) -> list[str]:
        """Give the shards in the order they were begun; one that was begun twice is there twice."""
        file = self.out / "tries"
        return file.read_text().split() if file.exists() else []


def environment() -> dict[str, str]:
    """Give the variables under which Beam finds this Python, by the name `python`, and these tests."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {"PATH": programs, "PYTHONPATH": str(HOUSE)}


def run(out: str, shards: int, seconds: float, options: list[str]) -> None:
    """Write a part for every shard, on the engine that the options name."""
    import apache_beam
    from apache_beam.options.pipeline_options import PipelineOptions

    beam: Any = apache_beam
    described = [(f"shard-{number:03}", out, seconds) for number in range(shards)]
    with beam.Pipeline(options=PipelineOptions(options)) as pipeline:
        _ = pipeline | beam.Create(described) | beam.Reshuffle() | beam.Map(_write)


def _write(descriptor: tuple[str, str, float]) -> None:
    shard, out, seconds = descriptor
    with (Path(out) / "tries").open("a") as tries:
        tries.write(f"{shard}\n")
    time.sleep(seconds)
    aside = Path(out) / f"{shard}.{os.getpid()}-{time.monotonic_ns()}"
    aside.write_text(f"{shard} was here\n")
    aside.replace(aside.with_name(f"{shard}.part"))
