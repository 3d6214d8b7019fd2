"""What takes long to make is made once for all workers of a test run."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

__all__ = ["once"]


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder of this name that the first worker to ask for it makes, and that tests do not change.

    The others wait. The folder gets its name when it is whole: of a worker that fails or is killed while it
    makes one, nothing is left that another takes for made.

    Args:
        factory: pytest's own; each worker has its folder beside those of the others.
        name: of the folder.
        make: makes the folder at the path it is given, which is not the last one.
    """
    own = factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "once"
    shared.mkdir(exist_ok=True)
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / name).exists():
            part = factory.mktemp(name) / name
            make(part)
            part.rename(shared / name)
    return shared / name
