"""Append to the history of promotions; whoever does holds the lock of the store."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from schemas.manifest import Manifest, fsync, naming
from schemas.records.execution import Version
from schemas.records.promotion import HISTORY, Promotion, read_history

__all__ = ["append", "begin_anew", "mend"]


def append(  # noqa: PLR0913  (the fields of the record)
    artifacts: Path,
    bundle: Version,
    *,
    by: Literal["run", "promote", "rollback"],
    before: str | None,
    run: str | None = None,
    override: str | None = None,
    to: str | None = None,
) -> None:
    """Append a promotion, on disk before this returns; a torn line at the end is removed first.

    Args:
        artifacts: of the project, whose store is locked.
        bundle: that is promoted.
        by: what promotes it.
        before: path of the champion until now.
        run: that promotes it.
        override: the reason to promote what no gate has blessed.
        to: the folder of TensorFlow Serving that it goes to.
    """
    history = read_history(artifacts)
    if history.torn:
        os.truncate(artifacts / HISTORY, history.whole)
    number, previous = history.next_line()
    promotion = Promotion(
        number=number,
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        by=by,
        bundle=bundle.path,
        content=bundle.content,
        before=before,
        run=run,
        override=override,
        to=to,
        previous=previous,
    )
    path = artifacts / HISTORY
    whole = path.stat().st_size if path.exists() else 0
    try:
        with naming(path), path.open("ab") as file:
            file.write(promotion.sealed().line())
        fsync(path)
        fsync(artifacts)
    except OSError:
        os.truncate(path, whole)  # what may not be on disk promotes nothing
        raise


def begin_anew(artifacts: Path) -> None:
    """Begin a history with the present champion, if there is one: how it was promoted is no longer known."""
    if path := read_history(artifacts).champion:
        manifest = Manifest.read(artifacts / path)
        append(artifacts, Version(path=path, content=manifest.content if manifest else ""), by="promote", before=path)


def mend(artifacts: Path) -> bool:
    """Cut off a line that a killed process did not finish: it promoted nothing. Return whether there was one.

    A history that is damaged stays as it is: the line may be what is left of those that somebody cut off.
    """
    history = read_history(artifacts)
    torn = history.torn and not history.damage
    if torn:
        os.truncate(artifacts / HISTORY, history.whole)
    return torn
