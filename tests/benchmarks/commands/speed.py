"""Time of commands without work: python -m tests.benchmarks.commands.speed.

Whole processes in interleaved turns, so that drift of the machine cancels out; medians, also as multiples of a bare
Python start. Packages must be compiled: run it once before, with PYTHONDONTWRITEBYTECODE unset.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.load import load_pipeline
from pipeline.runner.run_pipeline import run_pipeline
from pipeline.store import Store
from tests.project import DIGITS, SHORTENED, Project, shipped_project, toy_project

TURNS = 15
WORDS = 500

BARE = "python -c pass"
HELP = "digits --help"
CACHED = "digits run, the shipped pipeline, all cached"
ONE = "digits run, one stage that does nothing, cold"
FIVE = "digits run, five stages that do nothing, cold"
LARGE = "2,000 artifacts, 1,000 runs: digits"


def stages(count: int) -> str:
    """Return a pipeline of stages that only say a word."""
    return "stages:\n" + "".join(f"  say{i}:\n    uses: toys.say\n" for i in range(count))


def measure(
    commands: dict[str, list[str]], cleared: dict[str, Path], variables: dict[str, str]
) -> dict[str, list[float]]:
    """Return the TURNS times of each command, in seconds; artifacts in *cleared* are removed before its command."""
    variables = {name: value for name, value in variables.items() if name != "PYTHONDONTWRITEBYTECODE"}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(TURNS + 1):
        for name, command in commands.items():
            if name in cleared:
                subprocess.run(["rm", "-rf", cleared[name]], check=True)
            begun = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, env=variables)
            if turn:  # the first turn warms the caches
                seconds[name].append(time.perf_counter() - begun)
    return seconds


def grow(project: Project) -> None:
    """Fill a project with 2,000 artifacts and 1,000 runs: 500 words through four stages, each run twice."""
    store = Store(project.artifacts)
    for number in range(WORDS):
        pipeline = load_pipeline(project.path, (f"say.word=word{number}",))
        for _ in range(2):
            run_pipeline(pipeline, store)


def measure_all() -> dict[str, list[float]]:
    """Make the projects and time every command in them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shipped, large = shipped_project(folder / "shipped", SHORTENED), toy_project(folder / "large")
        one, five = (toy_project(folder / f"cold{count}", stages(count)) for count in (1, 5))
        shipped.digits("run")
        grow(large)
        last = f"say.word=word{WORDS - 1}"
        commands = {
            BARE: [sys.executable, "-c", "pass"],
            HELP: [str(DIGITS), "--help"],
            CACHED: [str(DIGITS), "-C", str(shipped.path), "run"],
            ONE: [str(DIGITS), "-C", str(one.path), "run"],
            FIVE: [str(DIGITS), "-C", str(five.path), "run"],
            f"{LARGE} plan": [str(DIGITS), "-C", str(large.path), "plan", "--set", last],
            f"{LARGE} plan, a setting new": [str(DIGITS), "-C", str(large.path), "plan", "--set", "say.times=9"],
            f"{LARGE} run, all cached": [str(DIGITS), "-C", str(large.path), "run", "--set", last],
            f"{LARGE} runs": [str(DIGITS), "-C", str(large.path), "runs"],
        }
        return measure(commands, {ONE: one.artifacts, FIVE: five.artifacts}, shipped.variables())


def main() -> None:
    """Measure, and print a row of Markdown for each command."""
    seconds = measure_all()
    bare = statistics.median(seconds[BARE])
    print("| command | median s | least to most | times a bare python |\n|---|---|---|---|")
    for command, values in seconds.items():
        median = statistics.median(values)
        print(f"| {command} | {median:.3f} | {min(values):.3f} to {max(values):.3f} | {median / bare:.0f} |")


if __name__ == "__main__":
    main()
