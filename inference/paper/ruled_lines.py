"""Remove the printed lines of ruled and squared paper without breaking the strokes that cross them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.pixels.connected_components import connected_components, dilated
from inference.pixels.quantile import quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Lines", "bridge_lines", "erase_lines", "find_residue"]

# Chosen by eye on the ruled and squared pages of the robustness suite; 0.385 as in inference/paper/background.py.
THIN = 9  # pixels: anything narrower may be a line
RUN = 0.15  # of the width: least straight run that may be part of a line
SPAN = 0.85  # of the width: least span of a line's parts
PART = 0.2  # of the width: least length of a line between the side and the digit, among other lines
WHOLE = 0.97  # of the width: least length of a single line
DRIFT = 3  # pixels that a run may rise or fall
THICKEST, LEAST_THICK = 0.025, 5  # of the width, and at least so many pixels
STRONGER = 1.4  # times a line's contrast: ink on top of it
STRONG_SHARE = 0.2  # least share of a part's pixels that strong if it is ink
MOST = 0.7  # quantile of the line pixels' contrast: leaves out crossing strokes, which are stronger
USUAL = 0.92  # quantile of the line pixels' contrast, soft edges included: the strongest lines
CORE = 1.5  # times the MOST quantile: upper bound of the strongest lines
QUIET = 0.3  # quantile of the contrast that is bare paper, however many lines there are
NOISE = 2.5 / 0.385  # times that quantile: 2.5 standard deviations


@dataclass(frozen=True)
class Lines:
    """Printed lines.

    Attributes:
        horizontal: bool, shape [h, w]: the nearly horizontal lines.
        vertical: bool, shape [h, w]: the nearly vertical lines.
        dark: whether they are darker than the paper.
        strength: their contrast with the paper, 0 to 255; crossing strokes left out.
    """

    horizontal: NDArray[np.bool_]
    vertical: NDArray[np.bool_]
    dark: bool
    strength: float


def erase_lines(grey: NDArray[np.float32]) -> tuple[NDArray[np.float32], Lines | None]:
    """Find the thin straight lines that span a page and remove them.

    Args:
        grey: float32, shape [h, w], 0 to 255.

    Returns:
        The page without lines, and the lines; None if there are none.
    """
    import cv2
    import numpy as np

    kernel = np.ones((THIN, THIN), np.uint8)
    for dark in (True, False):
        hat = np.asarray(cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT if dark else cv2.MORPH_TOPHAT, kernel), np.float32)
        lines = _find_lines(hat, dark=dark)
        if lines is not None:
            gone = hat - bridge_lines(hat, lines, np.zeros(grey.shape, np.bool_))
            return np.asarray(grey + gone if dark else grey - gone, np.float32), lines
    return grey, None


def _find_lines(relief: NDArray[np.float32], *, dark: bool) -> Lines | None:
    """Find lines in the contrast with the paper: two or more in one direction, or one from side to side."""
    import numpy as np

    threshold = max(NOISE * quantile(relief.ravel(), QUIET), 0.04 * float(relief.max()), 2.0)
    raised = (relief > threshold).astype(np.uint8)
    horizontal, vertical = _horizontal_lines(raised), _horizontal_lines(np.ascontiguousarray(raised.T))
    if horizontal is None and vertical is None:
        return None
    none = np.zeros(relief.shape, np.bool_)
    horizontal, vertical = none if horizontal is None else horizontal, none if vertical is None else vertical.T
    return Lines(horizontal, vertical, dark, quantile(relief[horizontal | vertical], MOST))


def find_residue(mask: NDArray[np.bool_], relief: NDArray[np.float32], lines: Lines) -> NDArray[np.bool_]:
    """Return the parts of the ink that are no stronger than the lines, so remains of lines, bool [h, w].

    Args:
        mask: bool, shape [h, w]: ink on a page with lines.
        relief: float32, shape [h, w]: contrast of each pixel with the paper.
        lines: the printed lines.
    """
    import numpy as np

    labels, table = connected_components(mask)
    strong = mask & (relief > lines.strength * STRONGER)
    share = np.bincount(labels[strong], minlength=len(table)) / np.maximum(table[:, 4], 1)
    weak = share < STRONG_SHARE
    weak[0] = False
    return weak[labels]


def _horizontal_lines(raised: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    import cv2
    import numpy as np

    width = raised.shape[1]
    run = max(round(RUN * width), 9)
    thick = cv2.dilate(raised, np.ones((DRIFT, 1), np.uint8))
    runs = np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, run), np.uint8)), np.uint8)
    horizontal = runs & raised
    if np.count_nonzero(horizontal) < SPAN * width:
        return None
    joined = cv2.morphologyEx(horizontal, cv2.MORPH_CLOSE, np.ones((DRIFT, run), np.uint8))
    labels, table = connected_components(np.asarray(joined, np.bool_))
    thin = table[:, 4] <= table[:, 2] * max(THICKEST * width, LEAST_THICK)
    thin[0] = False
    spans = thin & (table[:, 2] >= SPAN * width)
    several = np.count_nonzero(spans) > 1
    if not several and not (spans & (table[:, 2] >= WHOLE * width)).any():
        return None
    at_edge = (table[:, 0] <= DRIFT) | (table[:, 0] + table[:, 2] >= width - DRIFT)
    spans |= thin & at_edge & (table[:, 2] >= PART * width)  # the digit covers the rest of these
    return spans[labels] & dilated(horizontal > 0, 3, 3)


def bridge_lines(relief: NDArray[np.float32], lines: Lines, ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Remove lines from the contrast, keep stronger ink on them, and bridge strokes across them.

    Args:
        relief: float32, shape [h, w]: contrast of each pixel with the paper.
        lines: the printed lines.
        ink: bool, shape [h, w]: certain ink, left out when the contrast of the lines is measured.

    Returns:
        float32, shape [h, w].
    """
    import numpy as np

    every = lines.horizontal | lines.vertical
    bare = relief[every & ~ink]
    if not bare.size:
        return relief
    faint = every & (relief < STRONGER * min(quantile(bare, USUAL), CORE * quantile(bare, MOST)))
    flat = np.where(faint, 0, relief).astype(np.float32)
    carried = _carry(flat, lines.horizontal)
    carried = np.maximum(carried, _carry(flat.T, lines.vertical.T).T)
    return np.where(faint, np.minimum(carried, relief), relief).astype(np.float32)


def _carry(flat: NDArray[np.float32], lines: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return, on horizontal lines, the weaker of the ink above and below."""
    import cv2
    import numpy as np

    # A column crosses several lines: their mean thickness is that of the vertical runs of True.
    starts = np.count_nonzero(lines[1:] & ~lines[:-1]) + np.count_nonzero(lines[0])
    reach = round(np.count_nonzero(lines) / max(starts, 1)) // 2 + 2
    spread = cv2.dilate(np.ascontiguousarray(flat), np.ones((3, 2 * reach + 1), np.uint8))
    both = np.minimum(np.roll(spread, reach, axis=0), np.roll(spread, -reach, axis=0))
    return np.where(lines, both, 0).astype(np.float32)
