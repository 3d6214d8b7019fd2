"""Imports, opened files, parses and child processes of each command: counted, because times vary between machines."""

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
    """Counts of a command's second run.

    Attributes:
        modules: imported modules.
        files: opened files, bytecode included.
        parsed: Python sources, by `compile` or `ast.parse`; for `predict` two of OpenCV's configuration and the heads
            of three arrays of the bundle.
        started: child processes.
    """

    modules: int
    files: int
    parsed: int = 0
    started: int = 0


# The only place for these limits: counts of 2026-11-29 with Python 3.11, plus a few percent for other versions of
# Python. Code that exceeds one makes every command slower, and has to raise it here on purpose.
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
    """Return a copy of a project that has run."""
    folder = tmp_path_factory.mktemp("light")
    shutil.copytree(trained.path, folder / "project", symlinks=True)
    (folder / "project" / "digit.png").write_bytes(as_file(seven(), "PNG"))
    return Project(folder / "project", trained.environment | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")})


def count(project: Project, *words: str) -> Figures:
    """Return the counts of a command's second run; the first run compiles bytecode and fills the caches."""
    file = project.path / "counts.json"
    variables = {name: value for name, value in project.variables().items() if name != "PYTHONDONTWRITEBYTECODE"}
    code = COUNTED.replace("sys.argv[0]", repr(str(file)))
    for _ in range(2):
        command = [sys.executable, "-c", code, *words]
        subprocess.run(command, cwd=project.path, env=variables, capture_output=True, check=True)
    return Figures(**json.loads(file.read_text()))


@pytest.mark.parametrize("command", LIMITS)
def test_a_command_stays_within_its_limits(command: str, project: Project) -> None:
    """A command without work stays within its limits."""
    words = [command, "digit.png"] if command == "predict" else [command]
    found, limit = count(project, *words), LIMITS[command]
    print(f"{command}: {found} of {limit}", file=sys.stderr)
    assert found.modules <= limit.modules
    assert found.files <= limit.files
    assert found.parsed <= limit.parsed
    assert found.started <= limit.started


def test_read_only_commands_have_lower_limits_than_run() -> None:
    """Commands that only read have no higher limits than `run`."""
    looking = ("plan", "runs", "show")
    assert all(LIMITS[command].modules <= LIMITS["run"].modules for command in looking)
    assert all(LIMITS[command].files <= LIMITS["run"].files for command in looking)
