"""What tests of several rooms share."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.once import once
from tests.project import SHORTENED, Project, shipped, shipped_project
from tests.sealed.project import sealed_project
from tests.varied import THREADS

# Below nohup, or in the background of a script, they are ignored, by every process that tests start, too.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

WORKERS = 8  # at most: each may take a gigabyte
NO_TENSORFLOW = Path(__file__).with_name("no_tensorflow")
E2E = Path(__file__).with_name("e2e")
STARTING = frozenset({"tensorflow_session", "trained"})
"""The fixtures for which TensorFlow is started."""
COMMANDED = frozenset({"project", "ran"})
"""The fixtures whose tests run the command, in a process of its own each time."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Share the tests among as many workers as there are processors that may be used."""
    return min(len(os.sched_getaffinity(0)), WORKERS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take --only."""
    told = "`quick`: tests that run no command, and, which is proved, no TensorFlow; `tensorflow`: those that start it"
    parser.addoption("--only", choices=("quick", "tensorflow"), help=told)


def pytest_configure(config: pytest.Config) -> None:
    """Let every import of TensorFlow fail in quick tests, and in the processes that they start."""
    if config.getoption("only") == "quick":
        sys.path.insert(0, str(NO_TENSORFLOW))
        os.environ["PYTHONPATH"] = os.pathsep.join([str(NO_TENSORFLOW), *filter(None, [os.environ.get("PYTHONPATH")])])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what starts TensorFlow by the fixtures it asks for, and keep the tests that are wanted."""
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


@pytest.fixture(scope="session")
def tensorflow_session() -> None:
    """Configure TensorFlow once, before its first op; every test that runs an op asks for this."""
    from learning.training import session

    session.configure(THREADS)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project whose pipeline has run; tests look at it and run nothing in it."""
    folder = once(tmp_path_factory, "trained", lambda path: shipped_project(path, SHORTENED).digits("run"))
    return shipped(folder)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of 6,000 names of 200 digits, in 30 folders; tests change nothing in it."""
    from tests.inference.scoring.folders import write_many

    return once(tmp_path_factory, "many", write_many)


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project whose champion is the sealed bundle, in which nothing has run; tests change nothing in it."""
    return sealed_project(tmp_path_factory.mktemp("sealed") / "project")


@pytest.fixture(scope="session")
def bundle(sealed: Project) -> Path:
    """Return the folder of the sealed bundle, in a store."""
    return sealed.artifacts / "champion"
