"""Give a digit that was cut out along its ink its margin back, as forms, segmenters and screenshots cut it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.pixels.centring import box_of
from inference.pixels.connected_components import connected_parts
from inference.pixels.resizing import resized
from inference.pixels.stroke_width import stroke_width

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["with_margin"]

LONGER = 112  # pixels of the longer side of a crop, which is that of its digit: more only show how blurred it is
MARGIN = 0.5  # of the longer side
NEAR, NEARER = 2, 0.05  # pixels, and of the longer side: how far ink is from each side of its crop
LEVELS = 0.8  # of the variance lies between ink and paper
EVEN = 0.3  # of the contrast: deviation of the paper, soft edges and all
WHOLE = 0.6  # of the ink is one part
SOLID = 0.25  # width of strokes as a share of the longer side: of 99 % of digits it is less, of most clothes more
SLIM = 2.0  # times as long as wide: it may be a bare 1, all ink but for its corners; of any other crop
RUNS = 7  # times at most ink runs out, or it is the rules of paper,
OUT = 0.4  # of the border is ink, or it is a shadow,
MOST = 0.65  # of all is ink, or it is a shape


def with_margin(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Put a crop on a larger sheet of its own paper; none for a picture that is no digit cut out along its ink.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3].

    Returns:
        uint8, of at most 224 pixels each way.
    """
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    scale = min(LONGER / max(height, width), 1)
    small = resized(pixels, (max(round(width * scale), 1), max(round(height * scale), 1))) if scale < 1 else pixels
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY) if small.shape[2:] else small, np.uint8)
    ink = _ink_of(grey)
    if not (_fills(ink, NEAR * scale) and _is_two(grey, ink) and _is_drawn(ink)):
        return None
    paper = np.median(small[~ink].reshape(np.count_nonzero(~ink), -1), axis=0)
    by = max(round(MARGIN * max(grey.shape)), 1)
    return np.asarray(cv2.copyMakeBorder(small, by, by, by, by, cv2.BORDER_CONSTANT, value=paper.tolist()), np.uint8)


def _ink_of(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Part ink from paper; the paper is what most corners show, or where they differ most of the border."""
    import cv2
    import numpy as np

    light = np.asarray(cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)[1], np.bool_)
    corners = float(light[[0, 0, -1, -1], [0, -1, 0, -1]].mean())
    on_light = corners if corners != 0.5 else float(_border(light).mean())  # noqa: PLR2004  (as many as not)
    return ~light if on_light > 0.5 else light  # noqa: PLR2004


def _border(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Give the outermost pixels once round."""
    import numpy as np

    return np.concatenate([mask[0], mask[1:, -1], mask[-1, -2::-1], mask[-2:0:-1, 0]])


def _fills(ink: NDArray[np.bool_], near: float) -> bool:
    """Tell whether ink reaches all four sides, or nearly."""
    top, bottom, left, right = box_of(ink)
    farthest = max(top, left, ink.shape[0] - bottom, ink.shape[1] - right)
    return bool(ink.any()) and farthest <= near + NEARER * max(ink.shape)


def _is_two(grey: NDArray[np.uint8], ink: NDArray[np.bool_]) -> bool:
    """Tell whether ink and paper are all there is."""
    import numpy as np

    on, off = grey[ink].astype(np.float32), grey[~ink].astype(np.float32)
    if not off.size:
        return False
    share, contrast = on.size / grey.size, abs(float(on.mean()) - float(off.mean()))
    between = share * (1 - share) * contrast**2
    return bool(between >= LEVELS * float(grey.astype(np.float32).var()) and float(off.std()) <= EVEN * contrast)


def _is_drawn(ink: NDArray[np.bool_]) -> bool:
    """Tell a digit's strokes from rules, frames and shapes."""
    import numpy as np

    if connected_parts(ink)[1][1:, 4].max() < WHOLE * np.count_nonzero(ink):
        return False
    if stroke_width(ink) > SOLID * max(ink.shape):
        return False
    if max(ink.shape) >= SLIM * min(ink.shape):
        return True
    border = _border(ink)
    runs = np.count_nonzero(border & ~np.roll(border, 1))
    return bool(runs <= RUNS and border.mean() <= OUT and ink.mean() <= MOST)
