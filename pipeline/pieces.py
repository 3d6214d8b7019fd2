"""The pieces of artifacts/: what each must be, so that no command takes something else for it."""

from __future__ import annotations

import errno
import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import InputError, printable

__all__ = ["BUNDLE", "check_pieces", "misplaced", "what_is"]

BUNDLE = re.compile(r"store/[^/]+/[^/]+/v\d{4,}-[0-9a-f]{8}")
"""The path of a version, relative to artifacts/."""
FOLDERS = ("store", "runs", "aliases", "names", ".staging", ".quarantine", ".trash")
FILES = ("promotions.jsonl",)
LINKS = {
    "champion": (BUNDLE, "a link to store/STAGE/OUTPUT/VERSION beside it"),
    "latest": (re.compile(r"runs/[^/]+"), "a link to runs/RUN beside it"),
}
VERIFY = "digits verify says what is gone"
THEN = {
    "champion": "digits promote VERSION names a champion; without one, the model of the next run counts as the first",
    "latest": "the next run sets the link",
}


def check_pieces(artifacts: Path) -> None:
    """Raise InputError for the first piece of artifacts/ that is something else than digits puts there."""
    for error in misplaced(artifacts):
        raise error


def misplaced(artifacts: Path) -> Iterator[InputError]:
    """Yield an error for each piece of artifacts/, and for artifacts/ itself, that is something else than it must be.

    A piece may be missing: the commands that need it make it.
    """
    for path in (artifacts, *(artifacts / name for name in FOLDERS)):
        if os.path.lexists(path) and not path.is_dir():
            yield _error(path, "a folder")
    for path in (artifacts / name for name in FILES):
        if os.path.lexists(path) and not path.is_file():
            yield _error(path, "a file")
    for name, (target, expected) in LINKS.items():
        path = artifacts / name
        if os.path.lexists(path) and not (path.is_symlink() and target.fullmatch(str(path.readlink()))):
            yield _error(path, expected)


def what_is(path: Path) -> str:
    """Return what lies at a path, in words; a link is not followed."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return "nothing there"
    if stat.S_ISLNK(mode):
        return _what_link(path)
    return "a folder" if stat.S_ISDIR(mode) else "a file" if stat.S_ISREG(mode) else "neither a file nor a folder"


def _what_link(path: Path) -> str:
    target = printable(str(path.readlink()))
    try:
        path.stat()
    except OSError as error:
        return f"a link to {target}, which {'is a loop' if error.errno == errno.ELOOP else 'is not there'}"
    return f"a link to {target}"


def _error(path: Path, expected: str) -> InputError:
    name = shlex.quote(str(path))
    away = f"rm {name}" if path.is_symlink() else f"mv {name} {shlex.quote(f'{path}.old')}"
    back = "put back what it leads to, or " if path.is_symlink() and path.name not in LINKS else ""
    do = f"{back}{away}; then {THEN.get(path.name, VERIFY)}"
    return InputError(f"{path} is not what digits puts there", found=what_is(path), expected=expected, do=do)
