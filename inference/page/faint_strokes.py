"""Find strokes of a digit that are too faint to be ink: without them, it may be another digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.paper.background import noise_of
from inference.pixels.centring import bounding_box
from inference.pixels.connected_components import connected_components, dilated, eroded
from inference.pixels.edges import edge_width
from inference.pixels.quantile import median
from inference.pixels.stroke_width import stroke_width

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["measure_faint_strokes"]

# Chosen on MNIST's training digits, half of whose ink has 7 to 30 % of its contrast.
THUMB = 64  # pixels: longer side of the thumbnail that the background is computed from
WINDOW = 0.5  # of it: window of the median, which follows the light but no strokes
FAINTEST, GRAIN = 0.05, 2.5  # of the ink's strength; standard deviations of the blurred paper's grain
LEAST = 3.0  # of 255: least contrast
EDGE = 0.75  # of the width of the digit's edges: how far they reach beyond it
HALO, REACH = 2, 3  # pixels: how far they reach at least; how far beyond them a stroke of the digit begins
LONG = 0.3  # of the digit's longer side: least length of a stroke
WIDTH = (0.4, 2.5)  # of the digit's stroke width: that of a stroke of it
STEEP = 0.25  # of its contrast: least change within a pixel at the edge of a stroke; shadows have softer edges


def measure_faint_strokes(
    grey: NDArray[np.float32],
    digit: NDArray[np.bool_],
    strength: float,
    *,
    dark: bool,
    region: NDArray[np.bool_] | None = None,
) -> float:
    """Return how long the faint strokes that continue a digit are, over its longer side; at most 1, 0 for none.

    They are as wide as the digit's strokes, begin at it, have sharp edges, and end within the picture.

    Args:
        grey: float32, shape [h, w], 0 to 255.
        digit: bool, shape [h, w]: the digit that was found; not empty.
        strength: contrast of its ink, 0 to 255.
        dark: whether ink is darker than paper.
        region: bool, shape [h, w]: the paper; beyond it is no stroke, but the line of a box, say. None for all.
    """
    import cv2
    import numpy as np

    height, width = grey.shape
    factor = -(-max(height, width) // THUMB)
    size = max(width // factor, 1), max(height // factor, 1)
    small = np.clip(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), 0, 255).astype(np.uint8)
    ground = cv2.medianBlur(small, round(WINDOW * max(size)) | 1).astype(np.float32)
    smooth = cv2.blur(grey, (3, 3))
    relief = np.asarray(smooth - cv2.resize(ground, (width, height)), np.float32) * (-1 if dark else 1)
    top, bottom, left, right = bounding_box(digit)
    longer = max(bottom - top, right - left)
    halo = max(HALO, round(EDGE * edge_width(relief, digit) * longer))
    near, at = (dilated(digit, 2 * by + 1, 2 * by + 1) for by in (halo + REACH, halo))
    beside = ~near
    level = max(FAINTEST * strength, GRAIN * noise_of(relief[beside]), LEAST)
    faint = (relief > level) & ~at
    if region is not None:
        faint &= region
    if np.count_nonzero(faint & beside) < LONG * longer:
        return 0.0
    labels, table = connected_components(faint)
    touching = np.unique(labels[near & faint])
    lengths = [
        float(max(table[part, 2:4])) / longer
        for part in touching
        if max(table[part, 2:4]) >= LONG * longer and _is_stroke(labels == part, relief, stroke_width(digit))
    ]
    return min(max(lengths, default=0.0), 1.0)


def _is_stroke(part: NDArray[np.bool_], relief: NDArray[np.float32], width: float) -> bool:
    """Return whether a part inside the picture is as wide as a digit's strokes and has edges as sharp as ink."""
    import cv2
    import numpy as np

    top, bottom, left, right = bounding_box(part)
    if min(top, left, part.shape[0] - bottom, part.shape[1] - right) < 1:
        return False
    if not WIDTH[0] * width <= stroke_width(part) <= WIDTH[1] * width:
        return False
    across, down = (cv2.Sobel(relief, cv2.CV_32F, *way) / 8 for way in ((1, 0), (0, 1)))
    outline = dilated(part, 3, 3) & ~eroded(part, 1)
    slopes = np.asarray(cv2.magnitude(across, down), np.float32)[outline]
    return median(slopes) >= STEEP * median(relief[part])
