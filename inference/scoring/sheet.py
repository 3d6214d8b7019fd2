"""The pictures that were answered with the least confidence, drawn on one sheet."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from inference.decode import decode
from inference.header import MAX_BYTES
from inference.sheet import draw_sheet
from inference.unreadable import UnreadableError
from schemas.predictions import path_of_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["draw_least_certain"]

COLUMNS = 6
LETTERS = 15  # of a path, its last, that fit below a picture beside the answer


def draw_least_certain(folder: str, pictures: Sequence[tuple[float, str, str]]) -> bytes:
    """Draw pictures with what was answered, as PNG.

    Args:
        folder: where they lie.
        pictures: confidence (0 to 1), path in the folder as name_of_path writes it, and digit of each.
    """
    cells = [
        (f"{digit}  {confidence:.0%}  {path[-LETTERS:]}", pixels)
        for confidence, path, digit in pictures
        if (pixels := _pixels(os.path.join(folder, path_of_name(path)))) is not None
    ]
    return draw_sheet(tuple(cells), columns=COLUMNS) if cells else draw_sheet((), ("no picture was answered",))


def _pixels(path: str) -> NDArray[np.uint8] | None:
    """Read a picture once more; None where it is gone since it was scored."""
    try:
        with open(path, "rb") as file:
            return decode(file.read(MAX_BYTES + 1)).pixels
    except (OSError, UnreadableError):
        return None
