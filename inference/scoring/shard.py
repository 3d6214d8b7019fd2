"""Shards: consecutive files of one folder that are scored together, cut where a new file changes only one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

from inference.scoring.storage.disk import Entry, Listing

__all__ = ["Shard", "cut_shards"]

MEAN = 2048  # files of a shard, where they are small
MOST = 8192
UNIT, HEAVIEST = 4096, 64  # bytes for which a file counts once more, and how often at most: photos cost more each


@dataclass(frozen=True)
class Shard:
    """Some files of one folder.

    Attributes:
        folder: relative to the one that is scored; empty for itself.
        files: name of each, and why it is not to be read: empty where it is.
    """

    folder: bytes
    files: tuple[tuple[bytes, str], ...]

    def __len__(self) -> int:
        """Give how many files there are."""
        return len(self.files)

    def to_bytes(self) -> bytes:
        """Write it, for whoever scores it."""
        return b"\0".join([self.folder, *(b"%b/%b" % (skipped.encode(), name) for name, skipped in self.files)])

    @classmethod
    def from_bytes(cls, data: bytes) -> Shard:
        """Read what to_bytes wrote."""
        folder, *files = data.split(b"\0")
        parts = (each.rsplit(b"/", 1) for each in files)  # a reason may hold a slash, a name may not
        return cls(folder, tuple((name, skipped.decode()) for skipped, name in parts))


def cut_shards(listings: Iterable[Listing]) -> Iterator[tuple[Shard, str, int]]:
    """Cut each folder's files, as they are listed, into shards of about MEAN small files or a few dozen photos.

    A shard ends after a file whose name's checksum says so, whatever its neighbours are.

    Yields:
        Each shard, the sha256 of its folder and its files' names, sizes and times, and the bytes they hold.
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
    said = [b"%b/%d/%d/%b" % (each.name, each.size, each.modified, each.skipped.encode()) for each in entries]
    content = hashlib.sha256(b"\0".join([folder, *said]))
    shard = Shard(folder, tuple((entry.name, entry.skipped) for entry in entries))
    return shard, content.hexdigest(), sum(entry.size for entry in entries)
