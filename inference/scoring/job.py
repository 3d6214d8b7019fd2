"""A scoring job: folder, model and columns, small enough to send to every worker."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from inference.model.bundle import LoadedBundle
from inference.scoring.part import Columns
from inference.scoring.storage.disk import Disk
from inference.scoring.storage.remote import Remote

__all__ = ["Job", "front_end_version"]

ROOM = Path(__file__).parents[1]
LIBRARIES = ("ai-edge-litert", "numpy", "opencv-python-headless", "pyarrow")


@dataclass(frozen=True)
class Job:
    """The settings common to all shards of a folder.

    Attributes:
        source: the folder.
        bundle: the model.
        columns: optional columns of the predictions.
    """

    source: Disk | Remote
    bundle: LoadedBundle
    columns: Columns

    def part_name(self, content: str) -> str:
        """Return the name of a shard's part: a hash of everything its rows depend on.

        Args:
            content: the sha256 of the shard.
        """
        parts = (self.bundle.version, self.bundle.content, front_end_version(), repr(self.columns), content)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32] + ".parquet"


@cache
def front_end_version() -> str:
    """Return a sha256 of the code that turns a file into a row and of the versions of the libraries it uses."""
    digest = hashlib.sha256()
    for path in sorted(ROOM.rglob("*.py")):
        digest.update(path.relative_to(ROOM).as_posix().encode() + b"\0" + path.read_bytes())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\0".encode())
    return digest.hexdigest()
