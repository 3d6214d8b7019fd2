"""Pictures of a digit at less than MNIST's resolution: enlarged to it in greys, for no stroke in them has edges.

scikit-learn's digits have 8x8 pixels, USPS's and Semeion's 16x16. People save them as they are, or enlarged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.pixels.centring import BOX, bounding_box, centre
from inference.pixels.connected_components import connected_components
from inference.pixels.quantile import quantile
from inference.pixels.resizing import resized
from inference.pixels.stroke_width import stroke_width
from inference.pixels.two_greys import border_of, find_ink_by_greys

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LowResolution", "enlarge", "find_cells"]

# Chosen on MNIST's training digits at 8x8 and 16x16.
LEAST = 4  # cells: a shorter side shows no digit
LEAST_CONTRAST = 40  # of 255
FULL = 0.9  # quantile of the ink's contrast that is full ink
FAINT = 0.2  # of full ink: weaker ink does not count for the size
FINE = 4  # pixels a cell is enlarged to before connected parts are counted
LIKE = 0.4  # of the longest part's length: another part this long may be another digit
JOINED = 0.35  # of full ink: weakest ink that joins two parts
MOST = 0.75  # share of the cells that are ink above which it is no digit
UPRIGHT = 0.75  # width over height that a square full of ink gets: MNIST's median
STRETCHED = 0.9
SMOOTH = 0.03  # of the contrast: mean difference from a picture
BROADEST = 0.35  # stroke width over the longer side above which ink is a shadow
# Darker over lighter of ink and paper, at most: shadows let more light through. Strokes longer than LONG times the
# picture are no shadow: of 142 shadows within the other limits, 98 % are shorter than 1.35; of 782 digits cut out along
# their ink, 80 % are longer.
LEFT, LEFT_BY_LONG, LONG = 0.58, 0.8, 1.45
UNEVEN = 0.27  # most of the variance within ink and paper; light that falls off has more


@dataclass(frozen=True)
class _Limits:
    """Limits of soft strokes.

    Attributes:
        filled: of the picture's longer side: least length of a digit in it.
        out: largest share of the border that is ink.
        even: least share of the variance within ink and paper: enlarged scans have 0.12 to 0.25, shadows 0.05 to 0.09.
    """

    filled: float
    out: float
    even: float


LOOSE, CUT_OUT = _Limits(0.6, 0.35, 0.1), _Limits(0.95, 0.5, 0.08)
"""Of a digit with a margin, and of one that is cut out along its ink."""


@dataclass(frozen=True)
class LowResolution:
    """A digit of a few cells, enlarged.

    Attributes:
        image: uint8, shape [28, 28], light ink on 0.
        dark: whether ink is darker than paper.
        strength: contrast of ink and paper, 0 to 255.
        share: share of the cells that is ink, 0 to 1.
    """

    image: NDArray[np.uint8]
    dark: bool
    strength: float
    share: float


def find_cells(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the picture of at most 20 pixels a side that a picture shows, enlarged by whole blocks or not at all.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3].

    Returns:
        uint8, shape [h, w] or [h, w, 3]; None for any other picture.
    """
    import numpy as np

    height, width = pixels.shape[:2]
    most = math.gcd(height, width)
    for block in range(most, 0, -1):
        if max(height, width) > BOX * block:
            break
        if most % block or (pixels[0, :block] != pixels[0, 0]).any():
            continue
        cells = pixels[::block, ::block]
        if np.array_equal(pixels, cells.repeat(block, 0).repeat(block, 1)):
            return cells if min(cells.shape[:2]) >= LEAST else None
    return None


def reduce_cut_out(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Reduce a digit that is cut out along its ink to 20 pixels, MNIST's size; return None for other pictures.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3], at least 40 pixels at the longer side.

    Returns:
        uint8, shape [20, w], [h, 20] or the same with 3 channels.
    """
    cells = _in_cells(pixels)
    return cells if cells is not None and _is_soft_digit(_grey_of(cells), CUT_OUT) else None


def reduce_soft(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return a picture of soft strokes in 20 cells at its longer side; None if they do not show all of it.

    A scan of a few cells that was enlarged smoothly loses nothing.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3], at least 40 pixels at the longer side.

    Returns:
        uint8, shape [20, w], [h, 20] or the same with 3 channels.
    """
    import cv2
    import numpy as np

    cells = _in_cells(pixels)
    if cells is None:
        return None
    back = cv2.resize(cells, pixels.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    lost = np.abs(back.astype(np.float32) - pixels).mean()
    return cells if lost <= SMOOTH * float(np.ptp(cells)) and _is_soft_digit(_grey_of(cells), LOOSE) else None


def _in_cells(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    height, width = pixels.shape[:2]
    scale = BOX / max(height, width)
    if scale > 0.5 or min(height, width) * scale < LEAST:  # noqa: PLR2004
        return None
    return resized(pixels, (round(width * scale), round(height * scale)))


def _is_soft_digit(grey: NDArray[np.uint8], limits: _Limits) -> bool:
    """Return whether soft strokes fill a picture, uint8 [h, w], unlike a shadow or a shape with sharp edges."""
    import numpy as np

    ink = find_ink_by_greys(grey)
    top, bottom, left, right = bounding_box(ink)
    filled, width = max(bottom - top, right - left) >= limits.filled * BOX, stroke_width(ink)
    if not filled or border_of(ink).mean() > limits.out or width > BROADEST * BOX:
        return False
    values, paper = grey[ink].astype(np.float32), float(np.median(grey[~ink]))
    full = quantile(values, 1 - FULL if values.mean() < paper else FULL)
    within = sum(np.count_nonzero(part) * float(grey[part].var()) for part in (ink, ~ink))
    even = limits.even <= within / max(grey.size * float(grey.var()), 1.0) <= UNEVEN
    left = LEFT_BY_LONG if np.count_nonzero(ink) >= LONG * width * BOX else LEFT
    return even and min(full, paper) <= left * max(full, paper)


def enlarge(cells: NDArray[np.uint8]) -> LowResolution | None:
    """Enlarge the digit in a picture of a few cells to MNIST's size, in greys.

    Args:
        cells: uint8, shape [h, w] or [h, w, 3].

    Returns:
        The enlarged digit; None if the picture shows no digit or more than one.
    """
    import cv2
    import numpy as np

    grey = _grey_of(cells)
    mask = find_ink_by_greys(grey)
    if not 0 < np.count_nonzero(mask) <= MOST * mask.size:
        return None
    paper = float(np.median(grey[~mask]))
    relief = grey.astype(np.float32) - np.float32(paper)
    dark = bool(relief[mask].mean() < 0)
    relief = -relief if dark else relief
    strength = quantile(relief[mask], FULL)
    if strength < LEAST_CONTRAST:
        return None
    ink = np.clip(relief / strength, 0, 1)
    top, bottom, left, right = bounding_box(ink > FAINT)
    full = grey.shape[0] == grey.shape[1] and min(bottom - top, right - left) >= STRETCHED * len(grey)
    ink = ink[top:bottom, left:right]
    if not _is_one_part(ink):
        return None
    width = ink.shape[1] * (UPRIGHT if full else 1)
    scale = BOX / max(ink.shape[0], width)
    size = max(round(width * scale), 1), max(round(ink.shape[0] * scale), 1)
    drawn = np.clip(cv2.resize(ink, size, interpolation=cv2.INTER_CUBIC), 0, 1)
    return LowResolution(
        centre(np.rint(255 * drawn).astype(np.uint8)),
        dark,
        strength,
        float(mask.mean()),
    )


def _grey_of(cells: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    return np.asarray(cv2.cvtColor(cells, cv2.COLOR_BGR2GRAY) if cells.shape[2:] else cells, np.uint8)


def _is_one_part(ink: NDArray[np.float32]) -> bool:
    """Return whether no other part of the ink is as large as a digit."""
    import cv2
    import numpy as np

    fine = cv2.resize(ink, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC)
    longer = np.sort(connected_components(np.asarray(fine > JOINED, np.bool_))[1][1:, 2:4].max(axis=1, initial=0))
    return bool(len(longer) and not (longer[:-1] >= LIKE * longer[-1]).any())
