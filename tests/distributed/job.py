"""A job of the shape that scoring has: each shard writes a part of its own, and nothing else is kept."""

from __future__ import annotations

import os
import time
from pathlib import Path

__all__ = ["run"]


def run(options: list[str], shards: list[str], out: Path, seconds: float = 0.0) -> None:
    """Write a part for every shard, on the engine that the options name.

    Args:
        options: Beam's own, such as `--runner=FlinkRunner`.
        shards: what the parts are called.
        out: the folder they are written to.
        seconds: how long a shard takes.
    """
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions

    with beam.Pipeline(options=PipelineOptions(options)) as pipeline:
        described = pipeline | beam.Create([(shard, str(out), seconds) for shard in shards])
        _ = described | beam.Reshuffle() | beam.Map(_write)


def _write(descriptor: tuple[str, str, float]) -> None:
    """Write one part, aside first; note in `tries` who did it, so that a test sees what was done twice."""
    shard, out, seconds = descriptor
    time.sleep(seconds)
    with (Path(out) / "tries").open("a") as tries:
        tries.write(f"{shard} {os.getpid()}\n")
    part = Path(out) / f"{shard}.part"
    aside = part.with_suffix(f".{os.getpid()}-{time.monotonic_ns()}")
    aside.write_text(shard * 3)
    aside.replace(part)
