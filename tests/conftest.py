"""Fixtures and options shared by the tests of several rooms."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.machines.varied import THREADS
from tests.once import once
from tests.project import SHORTENED, Project, shipped, shipped_project
from tests.sealed.project import sealed_project

# Under nohup, or in the background of a script, these signals are ignored, and child processes inherit that.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

WORKERS = 8  # at most: each may use 1 GB of memory
NO_TENSORFLOW = Path(__file__).with_name("no_tensorflow")
E2E = Path(__file__).with_name("e2e")
FIRST = [
    Path(__file__).parent / f"{name}.py"
    for name in (
        "e2e/pipelines/test_sample",  # it trains the model that other tests wait for
        "e2e/pipelines/test_full",
        "faults/test_serve",
        "faults/kills/test_kill",
        "e2e/scoring/test_interruption",
        "distributed/test_flink",
        "docs/test_blocks",
        "faults/kills/test_kill_commands",
        "faults/machine/test_machine_errors",
        "faults/machine/test_file_server",
        "inference/test_mutants",
        "faults/kills/test_killed_runs",
        "e2e/report/test_in_browser",
        "e2e/pipelines/test_correct_and_learn",
    )
]
"""The files that take longest: the worker that began one late would be the only one at work in the end."""
STARTING = frozenset({"tensorflow_session", "trained"})
"""Fixtures that start TensorFlow."""
COMMANDED = frozenset({"project", "ran", "server"})
"""Fixtures whose tests run the command, each time in a new process."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than available processors, since some wait for a disk or a process; at most WORKERS."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1  # macOS
    return min(available + 1, WORKERS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option --only."""
    help_text = "`quick`: tests that start no pipeline and cannot import TensorFlow; `tensorflow`: tests that start it"
    parser.addoption("--only", choices=("quick", "tensorflow"), help=help_text)


def pytest_configure(config: pytest.Config) -> None:
    """Make every import of TensorFlow fail in quick tests and in the processes they start."""
    if config.getoption("only") == "quick":
        sys.path.insert(0, str(NO_TENSORFLOW))
        os.environ["PYTHONPATH"] = os.pathsep.join([str(NO_TENSORFLOW), *filter(None, [os.environ.get("PYTHONPATH")])])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that start TensorFlow, by their fixtures; keep those of --only, the longest files first."""
    places = {path: place for place, path in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
    for item in items:
        if STARTING & _fixtures(item):
            item.add_marker("tensorflow")
    if only := config.getoption("only"):
        wanted = {"quick": _is_quick, "tensorflow": _starts_tensorflow}[only]
        config.hook.pytest_deselected(items=[item for item in items if not wanted(item)])
        items[:] = filter(wanted, items)


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def _starts_tensorflow(item: pytest.Item) -> bool:
    return item.get_closest_marker("tensorflow") is not None


def _is_quick(item: pytest.Item) -> bool:
    return not (_starts_tensorflow(item) or COMMANDED & _fixtures(item) or E2E in item.path.parents)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Collect garbage more rarely, and never what lives as long as the tests: that takes a twentieth of their time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.fixture(scope="session")
def tensorflow_session() -> None:
    """Configure TensorFlow once, before its first op; every test that runs an op needs this fixture."""
    from learning.training import session

    session.configure(THREADS)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project whose pipeline has run. Read-only: tests run nothing in it."""
    folder = once(tmp_path_factory, "trained", lambda path: shipped_project(path, SHORTENED).digits("run"))
    return shipped(folder)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 6,000 file names of 200 digits, in 30 folders. Read-only."""
    from tests.inference.scoring.folders import write_many

    return once(tmp_path_factory, "many", write_many)


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project whose champion is the sealed bundle and in which nothing has run. Read-only."""
    return sealed_project(tmp_path_factory.mktemp("sealed") / "project")


@pytest.fixture(scope="session")
def bundle(sealed: Project) -> Path:
    """Return the folder of the sealed bundle in that project."""
    return sealed.artifacts / "champion"
