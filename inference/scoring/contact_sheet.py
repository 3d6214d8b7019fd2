"""The pictures that a person should look at, drawn on one sheet."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from inference.files.decode import decode
from inference.files.header import MAX_BYTES
from inference.files.unreadable import UnreadableError
from inference.model.percent import percent
from inference.scoring.summary import Seen
from inference.step_sheet import draw_sheet
from schemas.artifacts.predictions import path_of_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["draw_least_certain", "words_of"]

COLUMNS = 6
LETTERS = 22  # that fit below a picture
LINES = 3  # of a path at most; of a longer one the end is told


def draw_least_certain(folder: str, pictures: Sequence[Seen]) -> bytes:
    """Draw pictures with what was answered, in their order, as PNG.

    Args:
        folder: where they lie.
        pictures: what was seen in each.
    """
    cells = [
        (words_of(each), pixels)
        for each in pictures
        if (pixels := _pixels(os.path.join(folder, path_of_name(each.path)))) is not None
    ]
    return draw_sheet(tuple(cells), columns=COLUMNS) if cells else draw_sheet((), ("there is no picture to look at",))


def words_of(seen: Seen) -> str:
    """Give the answer, or the guess and why it is none, and the path: lines that fit below a picture."""
    path = seen.path if len(seen.path) <= LINES * LETTERS else f"...{seen.path[3 - LINES * LETTERS :]}"
    answer = (
        f"{seen.digit}{'?' if seen.reason else ''}  {percent(seen.confidence)}" if seen.confidence is not None else ""
    )
    parts = [path[i : i + LETTERS] for i in range(0, len(path), LETTERS)]
    return "\n".join(filter(None, (answer, seen.reason, *parts)))


def _pixels(path: str) -> NDArray[np.uint8] | None:
    """Read a picture once more; None where it is gone since it was scored."""
    try:
        with open(path, "rb") as file:
            return decode(file.read(MAX_BYTES + 1)).pixels
    except (OSError, UnreadableError):
        return None
