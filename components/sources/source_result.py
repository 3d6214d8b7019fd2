"""What one source gave."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.artifacts.examples import Split
from schemas.artifacts.statistics import Source, Unreadable

__all__ = ["Taken"]


@dataclass(frozen=True)
class Taken:
    """The pictures of one source, and what was seen on the way.

    Attributes:
        source: where they are from.
        splits: `train` and `test`, with the same classes, either of which may be empty; or `drawn`, or none.
        unreadable: the files that were left out.
        skipped: how many files are hidden or not named like pictures.
        warnings: what should be looked at.
    """

    source: Source
    splits: dict[str, Split]
    unreadable: tuple[Unreadable, ...] = ()
    skipped: int = 0
    warnings: tuple[str, ...] = ()
