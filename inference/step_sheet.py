"""Show how a picture was normalised: one PNG with every step, or the final 28x28 as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["draw_sheet", "draw_text"]

CELL = 200
CAPTION = 24
GAP = 8
LETTER_WIDTH = 9  # pixels: width of most letters
COLUMNS = 4
PAPER = 245
LETTER = 40
RAMP = " .:-=+*#%@"


def draw_sheet(
    trace: tuple[tuple[str, NDArray[np.uint8]], ...],
    steps: tuple[str, ...] = (),
    columns: int = COLUMNS,
    *,
    head: tuple[str, ...] = (),
) -> bytes:
    """Draw the pictures of all steps with their names; return a PNG.

    Args:
        trace: name, of one line or more, and picture (uint8, [h, w] or [h, w, 3]) of each step.
        steps: text below the pictures; long lines wrap.
        columns: most pictures in a row.
        head: text above the pictures; long lines wrap.
    """
    import cv2
    import numpy as np

    lines = max((name.count("\n") + 1 for name, _ in trace), default=1)
    cells = [_cell(name, picture, lines) for name, picture in trace] or [
        np.full((GAP, COLUMNS * CELL, 3), PAPER, np.uint8)
    ]
    columns = min(columns, len(cells))
    cells += [np.full_like(cells[0], PAPER)] * (-len(cells) % columns)
    rows = [np.hstack(cells[i : i + columns]) for i in range(0, len(cells), columns)]
    width = rows[0].shape[1]
    return cv2.imencode(".png", np.vstack([*_strips(head, width), *rows, *_strips(steps, width)]))[1].tobytes()


def _strips(words: Iterable[str], width: int) -> list[NDArray[np.uint8]]:
    import numpy as np

    lines = [line for each in words for line in textwrap.wrap(each, width // LETTER_WIDTH)]
    strips = [np.full((CAPTION, width, 3), PAPER, np.uint8) for _ in lines]
    for strip, line in zip(strips, lines, strict=True):
        _write(strip, line)
    return strips


def _cell(name: str, picture: NDArray[np.uint8], lines: int) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR).astype(np.uint8) if not picture.shape[2:] else picture
    scale = CELL / max(picture.shape[:2])
    size = max(round(picture.shape[1] * scale), 1), max(round(picture.shape[0] * scale), 1)
    cell = np.full((CELL + lines * CAPTION + GAP, CELL + GAP, 3), PAPER, np.uint8)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    cell[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=way)
    for top, line in enumerate(name.split("\n")):
        _write(cell[CELL + top * CAPTION : CELL + (top + 1) * CAPTION], line)
    return cell


def _write(strip: NDArray[np.uint8], words: str) -> None:
    import cv2

    ascii_only = words.encode("ascii", "replace").decode()
    cv2.putText(strip, ascii_only, (2, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (LETTER, LETTER, LETTER), 1, cv2.LINE_AA)


def draw_text(image: NDArray[np.uint8], *, colour: bool = False) -> str:
    """Draw a picture as text, one line for two rows.

    Args:
        image: uint8, shape [h, w], h even.
        colour: whether the terminal shows 24-bit colours: half blocks in 256 greys, else characters by density.
    """
    pairs = zip(image[::2].tolist(), image[1::2].tolist(), strict=True)
    if colour:
        return "\n".join("".join(map(_half_block, *pair)) + "\x1b[0m" for pair in pairs)
    return "\n".join(
        "".join(RAMP[(a + b) * (len(RAMP) - 1) // 510] for a, b in zip(*pair, strict=True)) for pair in pairs
    )


def _half_block(upper: int, lower: int) -> str:
    return f"\x1b[38;2;{upper};{upper};{upper};48;2;{lower};{lower};{lower}m▀"
