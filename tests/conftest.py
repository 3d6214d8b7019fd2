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
QUICK = Path(__file__).with_name("quick")
SLOW = frozenset({"tensorflow_session", "trained"})
"""The fixtures for which TensorFlow is started."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Share the tests among as many workers as there are processors that may be used."""
    return min(len(os.sched_getaffinity(0)), WORKERS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take --quick."""
    parser.addoption("--quick", action="store_true", help="leave out the tests that start TensorFlow, and prove it")


def pytest_configure(config: pytest.Config) -> None:
    """Where only quick tests are asked for, let every import of TensorFlow fail, in what they start, too."""
    if config.getoption("quick"):
        sys.path.insert(0, str(QUICK))
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(QUICK), os.environ.get("PYTHONPATH")]))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what starts TensorFlow by its fixtures, and leave it out where only quick tests are asked for."""
    for item in items:
        if SLOW & set(getattr(item, "fixturenames", ())):
            item.add_marker("tensorflow")
    if config.getoption("quick"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("tensorflow")])
        items[:] = [item for item in items if not item.get_closest_marker("tensorflow")]


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
