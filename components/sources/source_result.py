"""The examples and notes returned by one source."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.artifacts.examples import Split
from schemas.artifacts.statistics import Source, Unreadable

__all__ = ["SourceResult"]


@dataclass(frozen=True)
class SourceResult:
    """The pictures of one source, with notes about its files.

    Attributes:
        source: where the pictures come from.
        splits: `train` and `test`, with the same classes, either possibly empty; or `drawn`; or none.
        unreadable: files that could not be read and were left out.
        skipped: number of files that are hidden or lack a picture's extension.
        warnings: warnings about the data.
    """

    source: Source
    splits: dict[str, Split]
    unreadable: tuple[Unreadable, ...] = ()
    skipped: int = 0
    warnings: tuple[str, ...] = ()
