"""Separate ink from paper pixel by pixel, faint parts of a stroke included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.paper.background import grain_of, noise_of, smooth_background, wide_background
from inference.paper.ruled_lines import Lines, bridge_lines
from inference.pixels.connected_components import connected_components
from inference.pixels.quantile import quantile
from inference.pixels.resizing import resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Ink", "find_ink"]

# Chosen by eye on the robustness suite's pictures.
FAINTEST = 0.15  # of the ink's strength: weakest pixel that counts when connected to strong ink
STRONG = 0.4  # of the ink's strength: strong ink
BARE = 0.5  # least share of a thumbnail pixel's area that is paper
THUMB = 64  # pixels: longer side of the thumbnail that the background is computed from; it has no detail
WINDOW = 0.12  # of the longer side: window of the background's median filter
HALF = 0.42  # of the strength nearby: level at which a stroke's soft edge is placed
WIDE = 0.5  # of the longer side: window of a median that follows the light but no strokes
GROWN = 3.0  # largest area of ink over that of the ink that is certain; more is a shadow
LOW_NOISE, HIGH_NOISE = 3.0, 4.5  # standard deviations of the paper's grain: hysteresis thresholds


@dataclass(frozen=True)
class Ink:
    """The ink on a page.

    Attributes:
        mask: bool, shape [h, w]: True on ink.
        faint: bool, shape [h, w]: True on what is too faint to be ink unless it continues a stroke; not in *mask*.
        relief: float32, shape [h, w]: contrast of each pixel with the paper, to 255; negative if opposite to ink.
        strength: contrast of the ink, 0 to 255.
        noise: standard deviation of the bare paper.
    """

    mask: NDArray[np.bool_]
    faint: NDArray[np.bool_]
    relief: NDArray[np.float32]
    strength: float
    noise: float


def find_ink(  # noqa: PLR0913  (a page and all that is known about it)
    grey: NDArray[np.float32],
    region: NDArray[np.bool_],
    coarse: NDArray[np.bool_],
    *,
    dark: bool,
    lines: Lines | None = None,
    widest: int = 0,
) -> Ink:
    """Find the ink on a region of paper.

    The background is extended under the coarse ink and subtracted; the difference is thresholded relative to the
    strength nearby, with hysteresis.

    Args:
        grey: float32, shape [h, w], 0 to 255.
        region: bool, shape [h, w]: the paper.
        coarse: bool, shape [h, w]: a first estimate of the ink.
        dark: whether ink is darker than paper.
        lines: printed lines to remove.
        widest: pixels; anything wider counts as background; 0 extends the paper under the ink instead.
    """
    import numpy as np

    reach = max(grey.shape) / 40
    signed = -grey if dark else grey
    relief, noise, strength, given = np.zeros_like(grey), 0.0, 0.0, coarse
    coarse = coarse if widest else _with_faint(coarse, signed, region)
    for _ in range(1 if widest else 2):
        paper = region & ~_dilated(coarse, max(2, round(reach / 2)))
        ground = wide_background(signed, widest) if widest else _background(signed, paper, reach)
        relief = np.where(region, signed - ground, 0).astype(np.float32)
        noise = max(noise_of(relief[paper]), grain_of(relief[region]))
        strength = quantile(relief[coarse], 0.85)
        coarse = (relief > max(LOW_NOISE * noise, FAINTEST * strength, 1.5)) & region
    if lines is not None and lines.dark == dark:
        relief = bridge_lines(relief, lines, _dilated(given, 2))
    return Ink(*_hysteresis(relief, noise, strength), relief, strength, noise)


def _with_faint(coarse: NDArray[np.bool_], signed: NDArray[np.float32], region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Add the faint parts of strokes to certain ink, so that they do not count as paper."""
    import cv2
    import numpy as np

    small = np.clip(_thumbnail(signed + 255 * (signed.min() < 0), cv2.INTER_AREA), 0, 255).astype(np.uint8)
    median = cv2.medianBlur(small, round(WIDE * max(small.shape)) | 1).astype(np.float32)
    relief = signed + 255 * (signed.min() < 0) - cv2.resize(median, signed.shape[::-1])
    level = FAINTEST * quantile(relief[coarse], 0.85) if coarse.any() else np.inf
    labels, table = connected_components(coarse | region & (relief > level))
    kept = np.zeros(len(table), np.bool_)
    kept[labels[coarse]] = True
    grown = np.take(kept, labels)
    return grown if np.count_nonzero(grown) <= GROWN * np.count_nonzero(coarse) else coarse


def _thumbnail(signed: NDArray[np.float32], way: int) -> NDArray[np.float32]:
    import cv2

    height, width = signed.shape
    factor = -(-max(height, width) // THUMB)
    return cv2.resize(signed, (max(width // factor, 1), max(height // factor, 1)), interpolation=way).astype("float32")


def _background(signed: NDArray[np.float32], paper: NDArray[np.bool_], reach: float) -> NDArray[np.float32]:
    """Fill everything that is not paper from nearby paper; the median filter keeps the edges of shadows."""
    import cv2
    import numpy as np

    height, width = signed.shape
    factor = -(-max(height, width) // THUMB)
    size = max(width // factor, 1), max(height // factor, 1)
    known, seen = resized(paper.astype(np.float32), size), resized(signed * paper, size)
    bare = np.asarray(known > BARE, np.bool_)
    values = np.asarray(seen / np.maximum(known, BARE), np.float32)
    filled = np.where(bare, values, smooth_background(values, bare, reach / factor))
    low = float(filled.min())
    window = round(max(size) * WINDOW) | 1
    median = cv2.medianBlur(np.clip(np.rint(filled - low), 0, 255).astype(np.uint8), window).astype(np.float32)
    return np.asarray(cv2.resize(median, (width, height), interpolation=cv2.INTER_LINEAR), np.float32) + np.float32(low)


def _hysteresis(
    relief: NDArray[np.float32], noise: float, strength: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the weak pixels that are connected to strong ones, and the others, bool [h, w]."""
    import cv2
    import numpy as np

    near = max(3, round(max(relief.shape) / 16)) | 1
    peak = cv2.blur(cv2.dilate(relief, np.ones((near, near), np.uint8)), (near, near))
    weak = (relief > max(LOW_NOISE * noise, FAINTEST * strength, 1.5)) & (relief > HALF * peak)
    strong = weak & (relief > max(HIGH_NOISE * noise, STRONG * strength, 2.0))
    labels, table = connected_components(weak)
    kept = np.zeros(len(table), np.bool_)
    kept[labels[strong]] = True
    kept[0] = False
    mask = np.take(kept, labels)
    return mask, weak & ~mask


def _dilated(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    import cv2
    import numpy as np

    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1, 2 * by + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(np.bool_)
