"""What a command leaves to the memory of the machine, which a power failure would lose: read from its system calls."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.forked import run_forked
from tests.project import DIGITS, Project

__all__ = ["Unflushed", "unflushed_by"]

WRITES = ("write", "pwrite64", "writev", "sendfile", "ftruncate")
NAMES = ("open", "openat", "creat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "symlink", "symlinkat")
REMOVES = ("unlink", "unlinkat", "rmdir")
TRACED = ",".join(f"?{name}" for name in (*WRITES, *NAMES, *REMOVES, "link", "linkat", "fsync", "fdatasync"))
CALL = re.compile(r"\d+ +(\w+)\((.*)\) += (\d+)(?:<(.*)>)?$")
PATHS = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]*)"')
OPENED = re.compile(r"\d+<([^>]*)>")
UNFINISHED, RESUMED = " <unfinished ...>", re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)")
IGNORED = re.compile(r".*/(\.[^/]*|__pycache__|log\.jsonl|logs|_shards|[^/]*\.parts)(/.*)?")
"""Caches, locks, drafts and what is being written, which may come back; logs, whose last lines may be lost."""


class Unflushed:
    """Files and names that have been written, and not yet flushed to disk.

    Attributes:
        early: files that got their name before their content was on disk: a power failure may leave them empty.
    """

    def __init__(self, there: set[str]) -> None:
        self.early: list[str] = []
        self._there = there
        self._contents: set[str] = set()
        self._names: defaultdict[str, set[str]] = defaultdict(set)

    def left(self) -> list[str]:
        """Return what a power failure would lose now."""
        names = [f"{folder}/{name}" for folder, found in self._names.items() for name in found]
        return sorted(
            [f"content of {path}" for path in self._contents if not IGNORED.fullmatch(path)]
            + [f"name {path}" for path in names if not IGNORED.fullmatch(path)]
        )

    def see(self, call: str, arguments: str, opened: str) -> None:
        """Follow one call that succeeded."""
        if call in {"fsync", "fdatasync"} and (path := OPENED.match(arguments)):
            self._contents.discard(path[1])
            self._names.pop(path[1], None)
        elif call in WRITES and (path := OPENED.match(arguments)):
            self._contents.add(path[1])
        elif call in {"open", "openat", "creat"}:
            self._open(opened, arguments)
        else:
            self._name(call, [str(Path(*pair)) for pair in PATHS.findall(arguments)])

    def _open(self, path: str, arguments: str) -> None:
        if "O_CREAT" in arguments and path not in self._there:
            self._add(path)
        if "O_TRUNC" in arguments:
            self._contents.add(path)

    def _name(self, call: str, paths: list[str]) -> None:
        if call in REMOVES:
            self._remove(paths[0])
        elif call.startswith("rename"):
            self._rename(*paths)
        elif call.startswith(("mkdir", "symlink", "link")):
            self._add(paths[-1])

    def _add(self, path: str) -> None:
        self._there.add(path)
        self._names[str(Path(path).parent)].add(Path(path).name)

    def _remove(self, path: str) -> None:
        self._names[str(Path(path).parent)].symmetric_difference_update(
            {Path(path).name}
        )  # what never was on disk need not be removed there
        self._there.discard(path)
        self._contents.discard(path)
        self._names.pop(path, None)

    def _rename(self, old: str, new: str) -> None:
        moved = {path for path in self._contents if path == old or path.startswith(f"{old}/")}
        if not IGNORED.fullmatch(new):
            self.early += sorted(new + path.removeprefix(old) for path in moved)
        inner = {path: names for path, names in self._names.items() if path == old or path.startswith(f"{old}/")}
        self._remove(old)
        self._contents = (self._contents - moved) | {new + path.removeprefix(old) for path in moved}
        for path, names in inner.items():
            self._names.pop(path, None)
            self._names[new + path.removeprefix(old)] = names
        self._add(new)


def unflushed_by(project: Project, log: Path, *words: str, status: int = 0) -> Unflushed:
    """Run a command of a project, and return what was not flushed to disk when it said that it was done.

    Args:
        project: whose folder, and what lies beside it, is looked at.
        log: a file for the system calls.
        words: the command, without `digits`.
        status: that it must exit with.
    """
    home = project.path.parent
    there = {str(path) for path in home.rglob("*")}
    tracer = ["strace", "-f", "-y", "-qq", "-s", "0", "-o", str(log), "-e", f"trace={TRACED}", "-e", "signal=none"]
    done = run_forked([str(DIGITS), "-C", str(project.path), *words], project.variables(), tracer=tracer)
    assert done.returncode == status, done.stderr
    state = Unflushed(there)
    for line in _whole_lines(log):
        if (call := CALL.fullmatch(line)) and str(home) in line:
            state.see(call[1], call[2], call[4] or "")
    return state


def _whole_lines(log: Path) -> Iterator[str]:
    """Yield the calls of a trace; one that another process or thread interrupted is put together."""
    begun: dict[str, str] = {}
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.endswith(UNFINISHED):
            begun[line.split()[0]] = line.removesuffix(UNFINISHED)
        elif resumed := RESUMED.match(line):
            yield begun.pop(resumed[1], "") + resumed[2]
        else:
            yield line
