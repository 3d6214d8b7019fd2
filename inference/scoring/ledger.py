"""The account of a folder: each shard that was listed, where its part is, and whether it is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from inference.scoring.job import Work
from inference.scoring.part import PASSING, Task
from inference.scoring.shard import cut_shards
from inference.scoring.storage.atomic_file import fetch, join, names_in, place, remove
from schemas.errors import StageError

if TYPE_CHECKING:
    from pyarrow.parquet import FileMetaData

__all__ = ["Ledger"]

SHARDS = "_shards"  # below the parts; readers of a folder of Parquet pass over names like this


@dataclass
class Ledger:
    """Lists a folder, and accounts for all that was listed.

    Attributes:
        work: what is scored.
        parts: folder of the parts.
        listed: files by now.
        kept: files whose part was there already, for good.
        complete: whether all are listed.
    """

    work: Work
    parts: str
    listed: int = 0
    kept: int = 0
    complete: bool = False
    _counts: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def shards(self) -> str:
        """Folder of what is to be scored."""
        return join(self.parts, SHARDS)

    @property
    def names(self) -> list[str]:
        """The parts, in the order in which the folder was listed."""
        return list(self._counts)

    def count(self, name: str) -> int:
        """Give how many files a part is of; 0 where it is none."""
        return self._counts.get(name, 0)

    def tasks(self, there: set[str]) -> Iterator[Task]:
        """List the folder; yields the task of each shard whose part is not there, or not for good."""
        for shard, content, size in cut_shards(self.work.source.walk()):
            name = self.work.part_name(content)
            self._counts[name] = len(shard)
            self.listed += len(shard)
            if name in there and self._is_for_good(name):
                self.kept += len(shard)
                continue
            task = Task(join(self.shards, name), join(self.parts, name), len(shard), size)
            place(task.shard, shard.to_bytes())
            yield task
        self.complete = True

    def check(self) -> None:
        """Make sure that every part is there with a row for each file.

        Raises:
            StageError: some are not; a damaged one is removed.
        """
        there = names_in(self.parts)
        missing = [name for name in self._counts if name not in there]
        wrong = [name for name in self._counts if name in there and self._rows(name) != self._counts[name]]
        for name in wrong:
            remove(join(self.parts, name))  # or the next attempt would keep it
        if missing or wrong:
            raise StageError(
                f"{sum(map(self.count, missing + wrong))} of {self.listed} files are not accounted for",
                found=f"shards without a whole part: {', '.join((missing + wrong)[:5])}",
                expected=f"a part for each of {len(self._counts)} shards in {self.parts}",
                do="run the same command again: it goes on with what is there",
            )

    def _is_for_good(self, name: str) -> bool:
        """Tell whether a part that is there has all its rows, and of files that could be read or never can be."""
        footer = self._footer(name)
        if footer is None or footer.num_rows != self._counts[name]:
            return False
        return not PASSING.items() <= (footer.metadata or {}).items()

    def _rows(self, name: str) -> int:
        """Count the rows of a part; -1 where it is damaged."""
        footer = self._footer(name)
        return -1 if footer is None else footer.num_rows

    def _footer(self, name: str) -> FileMetaData | None:
        """Read what a part says of itself; None where it is damaged."""
        import pyarrow.parquet as pq

        try:
            return pq.read_metadata(BytesIO(fetch(join(self.parts, name))))
        except (OSError, ValueError):
            return None
