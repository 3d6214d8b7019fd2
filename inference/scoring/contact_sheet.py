"""A contact sheet of the pictures that a person should review."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from inference.files.decode import decode
from inference.files.header import MAX_BYTES
from inference.files.unreadable import UnreadableError
from inference.model.percent import percent
from inference.scoring.summary import ScoredPicture
from inference.step_sheet import draw_sheet
from schemas.artifacts.predictions import path_of_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["caption", "draw_least_certain"]

COLUMNS = 6
LETTERS = 22  # most letters of a line below a picture
LINES = 3  # most lines of a path; a longer path keeps its end


def draw_least_certain(folder: str, pictures: Sequence[ScoredPicture]) -> bytes:
    """Draw pictures with their answers, in order; return a PNG.

    Args:
        folder: the scored folder.
        pictures: the pictures with their answers; those deleted since are left out.
    """
    cells = [
        (caption(each), pixels)
        for each in pictures
        if (pixels := _pixels(os.path.join(folder, path_of_name(each.path)))) is not None
    ]
    return draw_sheet(tuple(cells), columns=COLUMNS) if cells else draw_sheet((), ("no pictures to review",))


def caption(seen: ScoredPicture) -> str:
    """Return the answer, or the guess and why it is unsure, and the path, as lines that fit below a picture."""
    path = seen.path if len(seen.path) <= LINES * LETTERS else f"...{seen.path[3 - LINES * LETTERS :]}"
    answer = (
        f"{seen.guess}{'?' if seen.reason else ''}  {percent(seen.confidence)}" if seen.confidence is not None else ""
    )
    parts = [path[i : i + LETTERS] for i in range(0, len(path), LETTERS)]
    return "\n".join(filter(None, (answer, seen.reason, *parts)))


def _pixels(path: str) -> NDArray[np.uint8] | None:
    """Read a picture again; None if it is gone or no longer readable."""
    try:
        with open(path, "rb") as file:
            return decode(file.read(MAX_BYTES + 1)).pixels
    except (OSError, UnreadableError):
        return None
