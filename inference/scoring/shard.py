"""Shards: consecutive files of one folder, cut so that a new file changes only one shard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

from inference.scoring.storage.disk import Entry, Listing

__all__ = ["Shard", "cut_shards"]

MEAN = 2048  # mean number of small files in a shard
MOST = 8192  # most files in a shard
UNIT, HEAVIEST = 4096, 64  # bytes for each unit of a file's weight, and the largest weight: photos cost more


@dataclass(frozen=True)
class Shard:
    """Some files of one folder.

    Attributes:
        folder: relative to the scored folder; empty for the scored folder itself.
        files: name of each file, and why it is skipped; empty if it is read.
    """

    folder: bytes
    files: tuple[tuple[bytes, str], ...]

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self.files)

    def to_bytes(self) -> bytes:
        """Serialise the shard for the worker that scores it."""
        return b"\0".join([self.folder, *(b"%b/%b" % (skipped.encode(), name) for name, skipped in self.files)])

    @classmethod
    def from_bytes(cls, data: bytes) -> Shard:
        """Read what `to_bytes` wrote."""
        folder, *files = data.split(b"\0")
        parts = (each.rsplit(b"/", 1) for each in files)  # a reason may hold a slash, a name may not
        return cls(folder, tuple((name, skipped.decode()) for skipped, name in parts))


def cut_shards(listings: Iterable[Listing]) -> Iterator[tuple[Shard, str, int]]:
    """Cut each folder's files, in the order of listing, into shards of about MEAN small files or a few dozen photos.

    Content-defined chunking: whether a shard ends after a file depends only on that file's name and size, not on its
    neighbours.

    Yields:
        Each shard; the sha256 of its folder and of its files' names, sizes and times; and its files' size in bytes.
    """
    for folder, entries in listings:
        some: list[Entry] = []
        for entry in entries:
            some.append(entry)
            if len(some) == MOST or _ends(entry):
                yield _shard(folder, some)
                some = []
        if some:
            yield _shard(folder, some)


def _ends(entry: Entry) -> bool:
    weight = min(max(entry.size // UNIT, 1), HEAVIEST)
    return crc32(entry.name) % MEAN < weight


def _shard(folder: bytes, entries: list[Entry]) -> tuple[Shard, str, int]:
    fields = [b"%b/%d/%d/%b" % (each.name, each.size, each.modified, each.skipped.encode()) for each in entries]
    content = hashlib.sha256(b"\0".join([folder, *fields]))
    shard = Shard(folder, tuple((entry.name, entry.skipped) for entry in entries))
    return shard, content.hexdigest(), sum(entry.size for entry in entries)
