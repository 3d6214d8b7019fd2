"""Time idle pipelines of digits, Luigi, Kedro and DVC: python -m tests.benchmarks.commands.run_peers PYTHON.

PYTHON belongs to an environment with the three peers (`make bench-run` makes it). Each pipeline has five stages that do
nothing and have already run. Whole processes are timed in turns, so that drift of the machine cancels out; medians, as
multiples of a bare `python -c pass` in the same environment. Wall and processor time are separate: on a busy machine
only processor time measures the command. Bytecode must be kept: an uncounted first turn compiles it.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.commands.speed import stages
from tests.project import DIGITS, HOUSE, SHORTENED, shipped_project, toy_project

TURNS = 21
COUNT = 5

LUIGI = f"""\
import luigi

class Stage(luigi.Task):
    number = luigi.IntParameter()

    def requires(self):
        return [Stage(number=self.number - 1)] if self.number else []

    def output(self):
        return luigi.LocalTarget(f"out/{{self.number}}")

    def run(self):
        with self.output().open("w") as file:
            file.write("hello")

if __name__ == "__main__":
    luigi.build([Stage(number={COUNT - 1})], local_scheduler=True, log_level="ERROR")
"""

KEDRO_SETTINGS = """\
[tool.kedro]
package_name = "peer"
project_name = "peer"
kedro_init_version = "{version}"
"""

KEDRO_REGISTRY = f"""\
from kedro.pipeline import node, pipeline

def say(word):
    return word

def register_pipelines():
    words = ["params:word", *(f"word{{i}}" for i in range(1, {COUNT} + 1))]
    nodes = [node(say, words[i], words[i + 1], name=f"say{{i}}") for i in range({COUNT})]
    return {{"__default__": pipeline(nodes)}}
"""

DVC = "stages:\n" + "".join(
    f"  say{i}:\n    cmd: echo hello > {i}.txt\n"
    + (f"    deps: [{i - 1}.txt]\n" if i else "")
    + f"    outs: [{i}.txt]\n"
    for i in range(COUNT)
)


@dataclass
class Command:
    """A command to time.

    Attributes:
        words: the command and its arguments.
        folder: its working directory.
        wall: wall-clock seconds of each turn.
        processor: processor seconds of each turn, child processes included.
    """

    words: list[str]
    folder: Path
    wall: list[float] = field(default_factory=list[float])
    processor: list[float] = field(default_factory=list[float])

    def time(self, variables: dict[str, str]) -> None:
        """Run the command once and record its time."""
        before, begun = _spent(), time.perf_counter()
        subprocess.run(self.words, cwd=self.folder, env=variables, check=True, capture_output=True)
        self.wall.append(time.perf_counter() - begun)
        self.processor.append(_spent() - before)


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def peers(python: Path, folder: Path) -> dict[str, Command]:
    """Make a project of each peer in a folder."""
    programs = python.parent
    luigi, kedro, dvc = (folder / name for name in ("luigi", "kedro", "dvc"))
    luigi.mkdir()
    (luigi / "stages.py").write_text(LUIGI)
    (kedro / "src" / "peer").mkdir(parents=True)
    (kedro / "conf" / "base").mkdir(parents=True)
    (kedro / "conf" / "local").mkdir()
    show_version = [python, "-c", "import kedro; print(kedro.__version__)"]
    version = subprocess.run(show_version, capture_output=True, text=True, check=True).stdout.strip()
    (kedro / "pyproject.toml").write_text(KEDRO_SETTINGS.format(version=version))
    (kedro / "conf" / "base" / "parameters.yml").write_text("word: hello\n")
    (kedro / "conf" / "base" / "catalog.yml").write_text("{}\n")
    for name, text in (("__init__", ""), ("settings", ""), ("pipeline_registry", KEDRO_REGISTRY)):
        (kedro / "src" / "peer" / f"{name}.py").write_text(text)
    dvc.mkdir()
    (dvc / "dvc.yaml").write_text(DVC)
    subprocess.run([programs / "dvc", "init", "--no-scm", "-q"], cwd=dvc, check=True)
    subprocess.run([programs / "dvc", "config", "core.analytics", "false"], cwd=dvc, check=True)
    return {
        "python -c pass, of the peers": Command([str(python), "-c", "pass"], folder),
        "Luigi, five complete tasks": Command([str(python), "stages.py"], luigi),
        "Kedro `run`, five nodes that do nothing": Command([str(programs / "kedro"), "run"], kedro),
        "DVC `repro`, five stages, nothing changed": Command([str(programs / "dvc"), "repro"], dvc),
        "`dvc --help`": Command([str(programs / "dvc"), "--help"], folder),
    }


def ours(folder: Path) -> dict[str, Command]:
    """Make a project of five stages that do nothing, and a shortened one of the shipped pipeline."""
    toys = toy_project(folder / "toys", stages(COUNT)).path
    shipped = shipped_project(folder / "shipped", SHORTENED).path
    return {
        "python -c pass": Command([sys.executable, "-c", "pass"], folder),
        "digits `run`, five stages, nothing changed": Command([str(DIGITS), "run"], toys),
        "digits `run`, the shipped pipeline, nothing changed": Command([str(DIGITS), "run"], shipped),
        "digits `plan`, the shipped pipeline": Command([str(DIGITS), "plan"], shipped),
        "digits `runs`": Command([str(DIGITS), "runs"], shipped),
        "digits `show`": Command([str(DIGITS), "show"], shipped),
        "`digits --help`": Command([str(DIGITS), "--help"], folder),
    }


def measure(commands: dict[str, Command]) -> None:
    """Time every command in turns, after an uncounted first one."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    variables |= {"DIGITS_OFFLINE": "1", "DVC_NO_ANALYTICS": "1", "KEDRO_DISABLE_TELEMETRY": "1"}
    for turn in range(TURNS + 1):
        for command in commands.values():
            command.time(variables)
            if not turn:
                command.wall.clear()
                command.processor.clear()


def table(commands: dict[str, Command], bare: Command) -> list[str]:
    """Return a row of Markdown for each command."""
    rows: list[str] = []
    base = statistics.median(bare.wall), statistics.median(bare.processor)
    for name, command in commands.items():
        wall, processor = statistics.median(command.wall), statistics.median(command.processor)
        least = f"{min(command.wall):.3f} to {max(command.wall):.3f}"
        rows.append(
            f"| {name} | {wall:.3f} | {least} | {wall / base[0]:.1f} | {processor:.3f} | {processor / base[1]:.1f} |"
        )
    return rows


def main() -> None:
    """Measure, and print the table with machine and date."""
    python = Path(sys.argv[1]).absolute()
    with tempfile.TemporaryDirectory() as name:
        own, theirs = ours(Path(name)), peers(python, Path(name))
        measure(own | theirs)
    commit = ["git", "-C", str(HOUSE), "describe", "--always", "--dirty"]
    revision = subprocess.run(commit, capture_output=True, text=True, check=False).stdout.strip()
    print("| command | wall, median s | least to most | times bare | CPU-s | times bare |\n|---|---|---|---|---|---|")
    print("\n".join(table(own, own["python -c pass"]) + table(theirs, theirs["python -c pass, of the peers"])))
    where = f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    print(f"\n*n: {TURNS} · {datetime.now(UTC):%Y-%m-%d} · {where} · commit {revision}*")


if __name__ == "__main__":
    main()
