"""What a command loads, opens, parses and starts: counted, because times differ from machine to machine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.inference.pictures import as_file, seven
from tests.project import Project


@dataclass(frozen=True)
class Figures:
    """What one command, carried out a second time, does.

    Attributes:
        modules: imported.
        files: opened, the bytecode of the modules among them.
        parsed: Python sources, by `compile` or `ast.parse`; for `predict` two of OpenCV's configuration and the heads
            of three arrays of the bundle.
        started: other processes.
    """

    modules: int
    files: int
    parsed: int = 0
    started: int = 0


# The only place for these limits: what was counted on 2026-11-29 with Python 3.11, and a few percent for other
# versions of Python. Whoever exceeds one makes every command slower, and raises it here on purpose.
LIMITS = {
    "--help": Figures(modules=215, files=160),
    "run": Figures(modules=480, files=560),
    "plan": Figures(modules=480, files=560),
    "runs": Figures(modules=360, files=300),
    "show": Figures(modules=360, files=300),
    "predict": Figures(modules=600, files=600),
}

COUNTED = """
import atexit, json, sys
counts = {"files": 0, "parsed": 0, "started": 0}

def hook(event, arguments):
    if event == "open":
        counts["files"] += 1
    elif event == "compile" and str(arguments[1]).endswith((".py", "<unknown>")):
        counts["parsed"] += 1
    elif event in {"subprocess.Popen", "os.posix_spawn", "os.fork"}:
        counts["started"] += 1

def write():
    counts["modules"] = len(sys.modules)
    with open(sys.argv[0], "w") as file:
        json.dump(counts, file)

atexit.register(write)
sys.addaudithook(hook)
from pipeline.cli.main import main
main()
"""


@pytest.fixture(scope="module")
def project(trained: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Copy a project that has run."""
    folder = tmp_path_factory.mktemp("light")
    shutil.copytree(trained.path, folder / "project", symlinks=True)
    (folder / "project" / "digit.png").write_bytes(as_file(seven(), "PNG"))
    return Project(folder / "project", trained.environment | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")})


def count(project: Project, *words: str) -> Figures:
    """Carry a command out twice, and count what the second one does; the first compiles, and fills the caches."""
    file = project.path / "counts.json"
    variables = {name: value for name, value in project.variables().items() if name != "PYTHONDONTWRITEBYTECODE"}
    code = COUNTED.replace("sys.argv[0]", repr(str(file)))
    for _ in range(2):
        command = [sys.executable, "-c", code, *words]
        subprocess.run(command, cwd=project.path, env=variables, capture_output=True, check=True)
    return Figures(**json.loads(file.read_text()))


@pytest.mark.parametrize("command", LIMITS)
def test_a_command_does_no_more_than_its_limits(command: str, project: Project) -> None:
    """What a command with nothing to compute imports, opens, parses and starts stays below the limits."""
    words = [command, "digit.png"] if command == "predict" else [command]
    found, limit = count(project, *words), LIMITS[command]
    print(f"{command}: {found} of {limit}", file=sys.stderr)
    assert found.modules <= limit.modules
    assert found.files <= limit.files
    assert found.parsed <= limit.parsed
    assert found.started <= limit.started


def test_the_plan_needs_no_more_than_a_run() -> None:
    """What only looks is below what also writes."""
    looking = ("plan", "runs", "show")
    assert all(LIMITS[command].modules <= LIMITS["run"].modules for command in looking)
    assert all(LIMITS[command].files <= LIMITS["run"].files for command in looking)
