"""Names that people choose for bundles: relative links in artifacts/aliases/."""

from __future__ import annotations

import os
import re
from pathlib import Path

from schemas.errors import InputError, UsageError, nearest
from schemas.manifest import fsync, make_folder, replace_link

__all__ = ["ALIASES", "aliases", "check_alias", "remove_alias", "set_alias"]

ALIASES = "aliases"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
RESERVED = ("champion", "corrections", "latest", "previous")
LIKE_A_VERSION = re.compile(r"v\d+(-[0-9a-f]*)?|[0-9a-f]+")


def aliases(artifacts: Path) -> dict[str, str]:
    """Return the path of each alias's bundle relative to *artifacts*, by the alias, in alphabetical order."""
    links = sorted(link for link in (artifacts / ALIASES).glob("[!.]*") if link.is_symlink())  # not what a kill left
    return {link.name: os.path.normpath(Path(ALIASES, link.readlink())) for link in links}


def set_alias(artifacts: Path, name: str, path: str) -> None:
    """Point an alias at a bundle, atomically.

    Args:
        artifacts: of the project.
        name: the alias, new or old.
        path: of the bundle, relative to *artifacts*.

    Raises:
        UsageError: the name is not valid.
    """
    check_alias(name)
    make_folder(artifacts / ALIASES)
    replace_link(artifacts / ALIASES / name, f"../{path}")
    fsync(artifacts / ALIASES)


def remove_alias(artifacts: Path, name: str) -> None:
    """Remove an alias; raise InputError if there is none of that name."""
    known = aliases(artifacts)
    if name not in known:
        there = f"the aliases are {', '.join(known)}" if known else "there are no aliases"
        raise InputError(f"there is no alias {name}", do=nearest(name, [*known]) or there)
    (artifacts / ALIASES / name).unlink()
    fsync(artifacts / ALIASES)


def check_alias(name: str) -> None:
    """Raise UsageError unless a name can be an alias."""
    if name in RESERVED or LIKE_A_VERSION.fullmatch(name):
        raise UsageError(f"{name} cannot be an alias", found="a name that means something else already")
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name} cannot be an alias",
            expected="a small letter, then at most 39 small letters, digits, - and _",
        )
