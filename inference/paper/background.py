"""The background of a page: its brightness without the ink, shadows and vignettes included."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from inference.pixels.quantile import median, quantile
from inference.pixels.resizing import resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["fit_surface", "grain_of", "noise_of", "smooth_background", "wide_background"]

# Chosen by eye on the robustness suite's pictures. QUIETEST and SIGMA are of the normal distribution: 30 % of it lies
# within 0.385 standard deviations of the mean, half within 1 / 1.4826.
THUMB = 48
INSIDE = 0.9  # least share of a thumbnail pixel's area that lies in the region
ROUNDS = 4
TERMS = 10
OUTLIER = 3.0  # robust standard deviations from the surface beyond which a pixel has no weight
QUIET = 0.3  # share of pixels, those with the least deviation, that are bare paper however much ink there is
QUIETEST = 0.385  # standard deviations: the 30 % quantile of a normal distribution's absolute deviation
SIGMA = 1.4826  # standard deviation of a normal distribution over its median absolute deviation


def fit_surface(grey: NDArray[np.float32], region: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Fit a cubic surface to a region, robustly: iteratively reweighted least squares with Tukey's biweight.

    Args:
        grey: float32, shape [h, w].
        region: bool, shape [h, w]; pixels outside are ignored.

    Returns:
        float32, shape [h, w]: the surface, also outside the region.
    """
    import cv2
    import numpy as np

    height, width = grey.shape
    scale = min(THUMB / max(height, width), 1)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    inside = resized(region.astype(np.float32), size).ravel() > INSIDE
    values = resized(grey, size).ravel()[inside]
    if len(values) <= TERMS:
        return np.full_like(grey, median(grey[region]))
    basis = _basis(size[1], size[0])
    chosen = basis[inside]
    weights = (np.abs(values - median(values)) <= max(2 * _spread(values), 4)).astype(np.float32) + 1e-3
    factors = np.zeros(TERMS, np.float32)
    # Ridge regularisation: a narrow region must not bend the surface.
    ridge = np.diag([0, *[1e-3 * len(values)] * (TERMS - 1)]).astype(np.float32)
    for _ in range(ROUNDS):
        weighted = chosen.T * weights
        factors = np.asarray(np.linalg.solve(weighted @ chosen + ridge, weighted @ values), np.float32)
        rest = np.asarray(values - chosen @ factors, np.float32)
        off = rest / (OUTLIER * max(_spread(rest), 2))
        weights = np.square(np.clip(1 - np.square(off), 0, None)) + 1e-4
    surface = np.asarray(basis @ factors, np.float32).reshape(size[1], size[0])
    return np.asarray(cv2.resize(surface, (width, height)), np.float32)


@lru_cache(maxsize=16)
def _basis(height: int, width: int) -> NDArray[np.float32]:
    import numpy as np

    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].reshape(2, -1).astype(np.float32)
    return np.stack([x**i * y**j for i in range(4) for j in range(4 - i)], axis=1)


def _spread(values: NDArray[np.float32]) -> float:
    import numpy as np

    return median(np.abs(values - median(values))) * SIGMA


def smooth_background(grey: NDArray[np.float32], paper: NDArray[np.bool_], reach: float) -> NDArray[np.float32]:
    """Extend the grey of bare paper smoothly over everything else.

    A normalised convolution: near bare paper the average over *reach* pixels dominates, far from it wider averages.

    Args:
        grey: float32, shape [h, w].
        paper: bool, shape [h, w]: True on bare paper.
        reach: radius of the narrowest average, in pixels.

    Returns:
        float32, shape [h, w].
    """
    import cv2
    import numpy as np

    known = paper.astype(np.float32)
    seen = cv2.merge([grey * known, known])
    total = np.zeros_like(seen)
    for widening, trust in ((1, 1.0), (3, 1e-2), (12, 1e-4)):
        side = round(reach * widening) * 2 + 1
        total += trust * cv2.blur(seen, (side, side))
    fallback = float((grey * known).sum()) / max(float(known.sum()), 1)
    return np.asarray((total[..., 0] + 1e-7 * fallback) / np.maximum(total[..., 1] + 1e-7, 1e-7), np.float32)


def wide_background(signed: NDArray[np.float32], widest: int) -> NDArray[np.float32]:
    """Return a page, float32 [h, w], without anything that is lighter and narrower than *widest* pixels.

    A morphological opening at half size, which averages out most of the grain that would bias it low; the median
    difference corrects the rest.
    """
    import cv2
    import numpy as np

    height, width = signed.shape
    half = cv2.GaussianBlur(resized(signed, (max(width // 2, 1), max(height // 2, 1))), (0, 0), 0.8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (widest // 2 | 1, widest // 2 | 1))
    opened = cv2.morphologyEx(half, cv2.MORPH_OPEN, kernel)
    opened = np.asarray(opened + np.median(half - opened), np.float32)
    return np.asarray(cv2.resize(opened, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def noise_of(values: NDArray[np.float32]) -> float:
    """Return the robust standard deviation of values [n] about 0; 0.0 for no values."""
    import numpy as np

    return median(np.abs(values)) * SIGMA


def grain_of(values: NDArray[np.float32]) -> float:
    """Return the standard deviation of bare paper about 0, from values [n] of paper and ink; 0.0 for no values."""
    import numpy as np

    return quantile(np.abs(values), QUIET) / QUIETEST
