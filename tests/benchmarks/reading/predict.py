"""Cost of one answer from a cold start: python -m tests.benchmarks.reading.predict [PROJECT].

Whole processes of `digits predict` on a 640x480 photo, with the champion of a project (by default this one): processor
seconds of all threads, by getrusage. An uncounted first turn compiles the packages.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.reading.pictures import photo
from tests.inference.pictures import as_file
from tests.project import DIGITS, HOUSE, Project

TURNS = 11


def measure(command: list[str | Path], variables: dict[str, str]) -> tuple[list[float], list[float]]:
    """Run a command TURNS times; return processor and wall-clock seconds."""
    processor: list[float] = []
    wall: list[float] = []
    for turn in range(TURNS + 1):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, env=variables, check=True, capture_output=True)
        ended, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        if turn:
            processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            wall.append(ended - begun)
    return processor, wall


def main() -> None:
    """Measure and print one row of a Markdown table."""
    project = Project(Path(sys.argv[1]) if sys.argv[1:] else HOUSE, {})
    variables = {name: value for name, value in project.variables().items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "photo.jpg"
        picture.write_bytes(as_file(photo(640, 480), "JPEG", quality=85))
        processor, wall = measure([DIGITS, "-C", project.path, "predict", picture], variables)
    spread = f"{min(processor):.2f} to {max(processor):.2f}"
    print("| command | median CPU-s | least to most | median s | n |\n|---|---|---|---|---|")
    print(
        f"| digits predict, a 640x480 photo, cold | {statistics.median(processor):.2f} | {spread} "
        f"| {statistics.median(wall):.2f} | {TURNS} |"
    )


if __name__ == "__main__":
    main()
