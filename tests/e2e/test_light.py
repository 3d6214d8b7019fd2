"""Imports, opened files, parses and processes of each command: counted, because times vary between machines."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from urllib.request import urlopen

import pytest

from tests.inference.pictures import as_file, seven
from tests.project import Project
from tests.waiting import wait_until_cacheable


@dataclass(frozen=True)
class Figures:
    """Counts of a command's second run.

    Attributes:
        modules: imported modules.
        files: opened files, bytecode included.
        parsed: files of Python source passed to `compile` or `ast.parse`; in `predict`, two configuration files of
            OpenCV; in `serve`, also two of anyio.
        started: child processes.
        slow: imported libraries of SLOW.
    """

    modules: int
    files: int
    parsed: int = 0
    started: int = 0
    slow: tuple[str, ...] = ()


# Counts of 2026-11-30, of `--help` of 2026-11-29, with Python 3.11. Code that exceeds one by
# more than ROOM makes every command slower, and has to raise it here on purpose.
FIGURES = {
    "--help": Figures(modules=198, files=123),
    "run": Figures(modules=269, files=255),
    "plan": Figures(modules=257, files=214),
    "runs": Figures(modules=239, files=164),
    "show": Figures(modules=240, files=157),
    "predict": Figures(modules=459, files=359, parsed=2, slow=("numpy",)),
    "serve": Figures(modules=754, files=656, parsed=4, slow=("importlib.metadata", "numpy", "pydantic")),
}
ROOM = 1.06  # other versions of Python import other modules

SLOW = ("importlib.metadata", "numpy", "pydantic", "rich", "yaml")
"""Libraries that take longer to import than a bare Python to start."""

COUNTED = """
import atexit, json, sys
counts = {"files": 0, "parsed": 0, "started": 0}

def hook(event, arguments):
    if event == "open":
        counts["files"] += 1
    elif event == "compile" and str(arguments[1]).endswith(".py"):
        counts["parsed"] += 1
    elif event in {"subprocess.Popen", "os.posix_spawn", "os.fork"}:
        counts["started"] += 1

def write():
    counts["modules"] = len(sys.modules)
    counts["slow"] = [name for name in SLOW if name in sys.modules]
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
    wait_until_cacheable(folder / "project" / "pipeline.yaml")
    return Project(folder / "project", trained.environment)


def count(project: Project, *words: str) -> Figures:
    """Return the counts of a command's second run; the first run compiles bytecode and fills the caches."""
    file = project.path.with_name("counts.json")  # not in the project, which is on Python's path
    variables = {name: value for name, value in project.variables().items() if name != "PYTHONDONTWRITEBYTECODE"}
    code = COUNTED.replace("sys.argv[0]", repr(str(file))).replace("SLOW", repr(SLOW))
    for _ in range(2):
        command = [sys.executable, "-c", code, *words]
        if words[0] == "serve":
            _start_and_stop(command, project, variables)
        else:
            subprocess.run(command, cwd=project.path, env=variables, capture_output=True, check=True)
    counts = json.loads(file.read_text())
    return Figures(**counts | {"slow": tuple(counts["slow"])})


def _start_and_stop(command: list[str], project: Project, variables: dict[str, str]) -> None:
    """Start a server, and stop it when it has answered a request: what it loads after it is ready counts too."""
    out, err = subprocess.PIPE, subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=project.path, env=variables, stdout=out, stderr=err)
    with process:
        assert process.stdout
        [address] = re.findall(rb"http://\S+", process.stdout.readline())
        with urlopen(f"{address.decode().rstrip('/')}/healthz") as answer:  # noqa: S310  (a server of our own)
            assert answer.status == 200
        process.send_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def counted(project: Project) -> dict[str, Figures]:
    """Return the counts of each command."""
    words = {name: [name] for name in FIGURES} | {
        "predict": ["predict", "digit.png"],
        "serve": ["serve", "--port", "0"],
    }
    return {name: count(project, *words[name]) for name in FIGURES}


@pytest.mark.parametrize("command", FIGURES)
def test_a_command_imports_few_modules(command: str, counted: dict[str, Figures]) -> None:
    """A command without work imports no more modules than were counted."""
    assert counted[command].modules <= FIGURES[command].modules * ROOM


@pytest.mark.parametrize("command", FIGURES)
def test_a_command_opens_few_files(command: str, counted: dict[str, Figures]) -> None:
    """A command without work opens no more files than were counted."""
    assert counted[command].files <= FIGURES[command].files * ROOM


@pytest.mark.parametrize("command", FIGURES)
def test_a_command_parses_no_unchanged_source(command: str, counted: dict[str, Figures]) -> None:
    """A command without work parses no source."""
    assert counted[command].parsed <= FIGURES[command].parsed


@pytest.mark.parametrize("command", FIGURES)
def test_a_command_starts_no_process(command: str, counted: dict[str, Figures]) -> None:
    """A command without work starts no process."""
    assert counted[command].started == 0


@pytest.mark.parametrize("command", FIGURES)
def test_a_command_imports_no_slow_library(command: str, counted: dict[str, Figures]) -> None:
    """A command without work imports no slow library that was not imported when it was counted."""
    assert set(counted[command].slow) <= set(FIGURES[command].slow)


@pytest.mark.parametrize("command", ["plan", "runs", "show"])
def test_a_read_only_command_imports_no_more_than_a_run(command: str, counted: dict[str, Figures]) -> None:
    """A command that only reads records imports no more modules than `run`."""
    assert counted[command].modules <= counted["run"].modules
    assert counted[command].files <= counted["run"].files
