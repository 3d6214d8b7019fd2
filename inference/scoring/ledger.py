"""The ledger of a folder: every listed shard, its part, and whether that part exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from inference.scoring.job import Job
from inference.scoring.part import FILES, PASSING, Task
from inference.scoring.shard import cut_shards
from inference.scoring.storage.atomic_file import join, list_names, read_file, remove, write_atomically
from schemas.errors import StageError

if TYPE_CHECKING:
    from pyarrow.parquet import FileMetaData

__all__ = ["Ledger"]

SHARDS = "_shards"  # a folder beside the parts; readers of Parquet datasets ignore names that start with _


@dataclass
class Ledger:
    """Lists a folder and accounts for every listed file.

    Attributes:
        work: the job.
        parts: folder of the parts.
        listed: number of files listed so far.
        kept: number of files whose final part existed already.
        complete: whether listing is finished.
    """

    work: Job
    parts: str
    listed: int = 0
    kept: int = 0
    complete: bool = False
    _counts: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def shards(self) -> str:
        """Folder of the shards to score."""
        return join(self.parts, SHARDS)

    @property
    def names(self) -> list[str]:
        """Names of the parts, in the order of listing."""
        return list(self._counts)

    def count(self, name: str) -> int:
        """Return the number of files in a part; 0 for a name that is not a part of this folder."""
        return self._counts.get(name, 0)

    def tasks(self, there: set[str]) -> Iterator[Task]:
        """List the folder; yield a task for each shard without a final part.

        Args:
            there: names of the existing parts.
        """
        for shard, content, size in cut_shards(self.work.source.walk()):
            name = self.work.part_name(content)
            self._counts[name] = len(shard)
            self.listed += len(shard)
            if name in there and self._is_final(name):
                self.kept += len(shard)
                continue
            task = Task(join(self.shards, name), join(self.parts, name), len(shard), size)
            write_atomically(task.shard, shard.to_bytes())
            yield task
        self.complete = True

    def check(self) -> None:
        """Check that every part exists and accounts for each file.

        Raises:
            StageError: a part is missing or damaged; a damaged one is removed.
        """
        there = list_names(self.parts)
        missing = [name for name in self._counts if name not in there]
        wrong = [name for name in self._counts if name in there and self._files(name) != self._counts[name]]
        for name in wrong:
            remove(join(self.parts, name))  # else the next attempt would keep it
        if missing or wrong:
            raise StageError(
                f"{sum(map(self.count, missing + wrong))} of {self.listed} files are not accounted for",
                found=f"missing or damaged parts: {', '.join((missing + wrong)[:5])}",
                expected=f"a part for each of {len(self._counts)} shards in {self.parts}",
                do="run the same command again: it resumes",
            )

    def _is_final(self, name: str) -> bool:
        """Return whether a part has all its rows, none of them a transient failure."""
        footer = self._footer(name)
        if footer is None or _count_files(footer) != self._counts[name]:
            return False
        return not PASSING.items() <= (footer.metadata or {}).items()

    def _files(self, name: str) -> int:
        """Return the number of files in a part; -1 if it is damaged."""
        footer = self._footer(name)
        return -1 if footer is None else _count_files(footer)

    def _footer(self, name: str) -> FileMetaData | None:
        """Read the footer of a part; None if it is damaged."""
        import pyarrow.parquet as pq

        try:
            return pq.read_metadata(BytesIO(read_file(join(self.parts, name))))
        except (OSError, ValueError):
            return None


def _count_files(footer: FileMetaData) -> int:
    """Return the number of files in a part: of its rows, unless a file has several."""
    return int((footer.metadata or {}).get(FILES, footer.num_rows))
