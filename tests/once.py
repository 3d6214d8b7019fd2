"""What takes long to make is made once for all workers of a test run."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

__all__ = ["once"]


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder of this name that the first worker to ask for it makes, and that tests do not change.

    The others wait. What a worker leaves that fails or is killed while it makes the folder is removed by the
    next, which makes it anew.

    Args:
        factory: pytest's own; each worker has its folder beside those of the others.
        name: of the folder.
        make: makes the folder at the path it is given.
    """
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "once" / name
    folder.parent.mkdir(exist_ok=True)
    whole = folder.with_suffix(".whole")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            whole.touch()
    return folder
