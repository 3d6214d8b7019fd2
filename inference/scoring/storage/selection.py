"""Files and folders that were named one by one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from inference.scoring.storage.disk import LINK, Disk, Entry, Listing, why_skipped

__all__ = ["Selection"]


@dataclass(frozen=True)
class Selection(Disk):
    """Local files and folders to score, each once however often it is named; rows name them as they were given.

    A named file is read whatever its name.

    Attributes:
        paths: of the files and folders, absolute or relative to the root.
    """

    paths: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, paths: Iterable[str], output: Iterable[str] = (), *, follow: bool = False) -> Selection:
        """Return files and folders of the current folder, except the output."""
        here = Disk.at(os.curdir, output, follow=follow)
        normal = (os.path.normpath(os.fsencode(path)) for path in paths)
        return cls(
            here.root, follow, here.left_out, tuple(dict.fromkeys(b"" if each == b"." else each for each in normal))
        )

    def __reduce__(self) -> tuple[type[Disk], tuple[object, ...]]:
        """Pickle the root alone: workers are told the names by their shards."""
        return Disk, (self.root, self.follow, self.left_out)

    def names(self, folder: str) -> bool:
        """Return whether a folder is one of those to score."""
        return any(os.path.realpath(folder) == os.path.realpath(os.fsdecode(self._whole(path))) for path in self.paths)

    def walk(self) -> Iterator[Listing]:
        """Yield the named folders with everything below them, then the other named files by their folders."""
        listed: set[bytes] = set()
        yield from self._walk([each for each in self.paths if self._is_named_folder(each)], listed)
        files: dict[bytes, list[bytes]] = {}
        for path in self.paths:
            folder, name = os.path.split(path)
            if folder not in listed and not self._is_named_folder(path):
                files.setdefault(folder, []).append(name)
        for folder, names in files.items():
            yield Listing(folder, self._named(folder, sorted(names)))

    def _is_named_folder(self, path: bytes) -> bool:
        whole = self._whole(path)
        return os.path.isdir(whole) and (self.follow or not os.path.islink(whole))

    def _whole(self, path: bytes) -> bytes:
        return os.path.join(os.fsencode(self.root), path)

    def _named(self, folder: bytes, names: list[bytes]) -> Iterator[Entry]:
        if not self.follow and folder and os.path.islink(self._whole(folder)):
            yield from (Entry(name, 0, 0, f"in a folder that is {LINK}") for name in names)
            return
        for entry in self._stat_all(folder, names):
            yield entry._replace(skipped="") if entry.skipped == why_skipped(entry.name) else entry
