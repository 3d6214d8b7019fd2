"""Draw what was read onto the picture of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.numbers.page_answer import PageAnswer, PlacedDigit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["draw_page_sheet"]

SMALLEST, LARGEST = 800, 2000  # pixels: a smaller picture is enlarged to, and a larger one reduced to, this longer side
GREEN, AMBER, GREY = (60, 140, 40), (0, 130, 230), (160, 160, 160)  # blue, green, red
THICK = 0.002  # of the longer side
LETTER = 0.35  # of the box's height: height of the digit beside it
FONT = 22  # pixels: height of OpenCV's letters at scale 1


def draw_page_sheet(answer: PageAnswer) -> bytes:
    """Return a PNG of the page with a box and the digit at each place: green if answered, amber if unsure.

    An empty box of a form is grey.

    Args:
        answer: of a file that could be read.
    """
    import cv2
    import numpy as np

    pixels = answer.pixels if answer.pixels is not None else np.full((SMALLEST, SMALLEST), 255, np.uint8)
    longest = max(pixels.shape[:2])
    factor = min(max(longest, SMALLEST), LARGEST) / longest
    size = round(pixels.shape[1] * factor), round(pixels.shape[0] * factor)
    page = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR).astype(np.uint8)
    page = np.asarray(page if page.shape[2:] else cv2.cvtColor(page, cv2.COLOR_GRAY2BGR), np.uint8)
    for line in answer.lines:
        for placed in line.digits:
            _draw(page, placed, factor * answer.scale)
    return cv2.imencode(".png", page)[1].tobytes()


def _draw(page: NDArray[np.uint8], placed: PlacedDigit, scale: float) -> None:
    import cv2

    box, thick = placed.box, max(round(THICK * max(page.shape)), 1)
    colour = GREY if placed.answer is None else GREEN if placed.answer.digit else AMBER
    first, last = (
        (round(x * scale) + by, round(y * scale) + by)
        for x, y, by in ((box.left, box.top, -2 * thick), (box.right, box.bottom, 2 * thick))
    )
    cv2.rectangle(page, first, last, colour, thick)
    if placed.answer:
        symbol = placed.symbol if placed.answer.digit else f"{placed.symbol}?".replace("??", "?")
        letter = max(LETTER * box.height * scale, 12) / FONT
        place = (last[0] + thick, first[1] + round(letter * FONT / 2))
        cv2.putText(page, symbol, place, cv2.FONT_HERSHEY_SIMPLEX, letter, colour, max(thick, 1), cv2.LINE_AA)
