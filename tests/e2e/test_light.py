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
        parsed: sources of Python, by `compile` or `ast.parse`; by `predict` two of OpenCV's configuration, and
            the heads of three arrays of the bundle.
        started: other processes.
    """

    modules: int
    files: int
    parsed: int = 0
    started: int = 0


# What was counted on 2026-11-29 with Python 3.11. Whoever exceeds it by more than ROOM makes every command slower,
# and raises it here on purpose.
FIGURES = {
    "--help": Figures(modules=179, files=101),
    "run": Figures(modules=347, files=332),
    "plan": Figures(modules=344, files=298),
    "runs": Figures(modules=314, files=241),
    "show": Figures(modules=316, files=224),
    "predict": Figures(modules=496, files=390, parsed=5),
}
ROOM = 1.06  # other versions of Python have other modules

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


@pytest.fixture(scope="module")
def counted(project: Project) -> dict[str, Figures]:
    """Count each command once."""
    words = {name: [name] for name in FIGURES} | {"predict": ["predict", "digit.png"]}
    return {name: count(project, *words[name]) for name in FIGURES}


@pytest.mark.parametrize("command", FIGURES)
def test_a_command_imports_no_more_than_before(command: str, counted: dict[str, Figures]) -> None:
    """A command with nothing to compute imports the modules it needs."""
    assert counted[command].modules <= FIGURES[command].modules * ROOM


@pytest.mark.parametrize("command", FIGURES)
def test_a_command_opens_no_more_than_before(command: str, counted: dict[str, Figures]) -> None:
    """A command with nothing to compute opens the files it needs."""
    assert counted[command].files <= FIGURES[command].files * ROOM


@pytest.mark.parametrize("command", FIGURES)
def test_a_command_parses_no_more_than_before(command: str, counted: dict[str, Figures]) -> None:
    """No source is parsed where nothing changed."""
    assert counted[command].parsed <= FIGURES[command].parsed


@pytest.mark.parametrize("command", FIGURES)
def test_a_command_starts_no_process(command: str, counted: dict[str, Figures]) -> None:
    """A command with nothing to compute works alone."""
    assert counted[command].started == 0


@pytest.mark.parametrize("command", ["plan", "runs", "show"])
def test_a_command_that_looks_does_less_than_a_run(command: str, counted: dict[str, Figures]) -> None:
    """What only reads the records is below what also writes one."""
    assert counted[command].modules <= counted["run"].modules
    assert counted[command].files <= counted["run"].files
