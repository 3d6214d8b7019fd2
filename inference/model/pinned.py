"""FOLDER@DIGEST: a bundle, and the content digest that it must have when it is read."""

from __future__ import annotations

import re
from pathlib import Path

from schemas.errors import InputError, UsageError

__all__ = ["check_content", "pin", "split_pin", "unknown"]

DIGEST = 64
"""Hexadecimal digits of a content digest."""
PINNED = re.compile(r"(.+)@([0-9a-f]+)", re.DOTALL)


def pin(name: str | Path, content: str) -> str:
    """Return a name with the digest behind it, as `split_pin` takes it apart."""
    return f"{name}@{content}"


def split_pin(name: str) -> tuple[str, str]:
    """Return a name without its digest, and the digest; '' if it has none, or is that of a file as it stands.

    Raises:
        UsageError: what stands behind the @ is only a part of a digest.
    """
    found = None if Path(name).exists() else PINNED.fullmatch(name)
    if found is None:
        return name, ""
    bare, digest = found.groups()
    if len(digest) != DIGEST:
        raise UsageError(
            f"{name} names no digest",
            found=f"{len(digest)} hexadecimal digits after the @",
            expected=f"all {DIGEST}",
            do="digits selftest prints it as `content`",
        )
    return bare, digest


def check_content(found: str, digest: str, name: str) -> None:
    """Compare the content digest of a bundle with the one that it must have.

    Args:
        found: the digest in its manifest.
        digest: that it must have; '' for any.
        name: what the user calls it.

    Raises:
        InputError: it has another digest.
    """
    if digest not in {"", found}:
        raise InputError(f"{name} is another model", found=found, expected=digest, do="get the model again")


def unknown(name: str, content: str, do: str) -> InputError:
    """Return the error for a bundle that nothing vouches for.

    Args:
        name: what the user calls it.
        content: its digest, computed from its files.
        do: how to state that digest, as a sentence or a command.
    """
    return InputError(
        f"nothing vouches for the model {name}, so it is not opened",
        found=f"content digest {content}",
        expected="a model that this project made or imported, or the digest that its sender states",
        do=f"compare the digest with what the sender states; if they are equal, {do}",
    )
