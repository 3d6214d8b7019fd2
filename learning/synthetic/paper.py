"""Render a page as a camera or a scanner sees it: paper, ruled lines, light, shadows, frames, blur and noise.

Pages are float32, shape [h, w, 3], BGR, from 0 (black) to 1 (white).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Field = NDArray[np.float32]

__all__ = [
    "Colour",
    "box",
    "cloud",
    "desk",
    "gradient",
    "lines",
    "mat",
    "paint",
    "photograph",
    "scan_border",
    "shadow",
    "sheet",
    "shine",
    "vignette",
]

Colour = tuple[float, float, float]
"""BGR, each 0 to 1."""

# Chosen by eye.
RULE = (0.80, 0.68, 0.60)
MARGIN_RULE = (0.62, 0.60, 0.88)


def cloud(rng: np.random.Generator, size: tuple[int, int], cell: float) -> Field:
    """Return smooth noise, float32 of shape *size*, with mean 0, standard deviation about 1 and detail of *cell* px."""
    import cv2
    import numpy as np

    height, width = size
    coarse = rng.standard_normal((round(height / cell) + 3, round(width / cell) + 3), np.float32)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return smooth.astype(np.float32, copy=False) * 1.3


def sheet(rng: np.random.Generator, size: tuple[int, int], colour: Colour, grain: float) -> Field:
    """Return a sheet of one colour; *grain* is the standard deviation of its texture, 0 for a screen."""
    import numpy as np

    page = np.empty((*size, 3), np.float32)
    page[:] = colour
    if grain:
        fibres = cloud(rng, size, 2.5) + cloud(rng, size, 9.0) + 0.8 * cloud(rng, size, 40.0)
        shine(page, np.asarray(1 + (0.6 * grain) * fibres, np.float32))
    return page


def shine(page: Field, light: Field) -> None:
    """Multiply each colour of a page by the light, shape [h, w], in place."""
    import cv2

    page *= cv2.cvtColor(light, cv2.COLOR_GRAY2BGR)  # numpy takes twice as long to spread the light over the colours


def paint(page: Field, ink: Field, colour: Colour) -> None:
    """Paint ink of one colour on a page, in place; *ink* is its opacity, shape [h, w], 0 to 1."""
    import numpy as np

    rows, columns = (np.flatnonzero((ink > 0).any(axis)) for axis in (1, 0))
    if not len(rows):
        return
    inked = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    page[inked] += ink[inked][..., None] * (np.asarray(colour, np.float32) - page[inked])


def lines(rng: np.random.Generator, page: Field, spacing: float, *, squared: bool) -> None:
    """Print the lines of ruled or squared paper on a page, in place.

    Args:
        rng: draws their slope, position, width and strength.
        page: the page to print on.
        spacing: pixels from line to line.
        squared: whether to print vertical lines too; ruled paper sometimes gets a margin line.
    """
    slope, width, strength = rng.uniform(-0.03, 0.03), rng.uniform(1.0, 2.2), rng.uniform(0.45, 1.0)
    paint(page, strength * _rules(page, slope, spacing, rng.uniform(), width), RULE)
    if squared:
        paint(page, strength * _rules(page.swapaxes(0, 1), -slope, spacing, rng.uniform(), width).T, RULE)
    elif not rng.integers(3):
        across = page.shape[1]
        margin = rng.uniform(0.04, 0.12) * across
        one = _rules(page.swapaxes(0, 1), -slope, 3.0 * across, margin / (3.0 * across), width)
        paint(page, strength * one.T, MARGIN_RULE)


def _rules(page: Field, slope: float, spacing: float, phase: float, width: float) -> Field:
    import numpy as np

    height, across = page.shape[:2]
    down = np.arange(height, dtype=np.float32)[:, None] + np.float32(slope) * np.arange(across, dtype=np.float32)
    away = np.abs((down / spacing - phase + 0.5) % 1 - 0.5) * spacing
    return np.clip(width / 2 + 0.5 - away, 0, 1).astype(np.float32)


def gradient(rng: np.random.Generator, size: tuple[int, int], fall: float) -> Field:
    """Return the light of a lamp at one side: falls from 1 to 1 - *fall*, shape [h, w]."""
    import numpy as np

    angle, bend = rng.uniform(0, 2 * np.pi), rng.uniform(0.7, 1.6)
    down, right = (np.linspace(-1, 1, n, dtype=np.float32) for n in size)
    along = down[:, None] * np.float32(np.sin(angle)) + right * np.float32(np.cos(angle))
    along = (along - along.min()) / (along.max() - along.min())
    return (1 - fall * along**bend).astype(np.float32)


def vignette(rng: np.random.Generator, size: tuple[int, int], fall: float) -> Field:
    """Return the light fall-off of a lens: 1 near the middle, 1 - *fall* in the farthest corner, shape [h, w]."""
    import numpy as np

    middle = rng.uniform(-0.15, 0.15, 2)
    down, right = (np.linspace(-1, 1, n, dtype=np.float32) - np.float32(m) for n, m in zip(size, middle, strict=True))
    distance = np.sqrt(down[:, None] ** 2 + right**2)
    return (1 - fall * (distance / distance.max()) ** 2.2).astype(np.float32)


def shadow(rng: np.random.Generator, size: tuple[int, int], depth: float) -> Field:
    """Return the light under the shadow of a hand: 1 outside, 1 - *depth* inside, with soft edges, shape [h, w]."""
    import cv2
    import numpy as np

    side = 96
    hand = np.zeros((side, side), np.float32)
    angle, reach = rng.uniform(-0.6, 0.6), rng.uniform(0.45, 0.85)
    palm = np.array([side * rng.uniform(0.2, 0.8), side * 0.02])
    for finger in range(int(rng.integers(3, 6))):
        lean = angle + (finger - 2) * rng.uniform(0.1, 0.25)
        tip = palm + side * reach * rng.uniform(0.8, 1.2) * np.array([np.sin(lean), np.cos(lean)])
        start, end = ([round(float(x)) for x in point] for point in (palm + (finger - 2) * 7, tip))
        cv2.line(hand, start, end, 1.0, round(side * rng.uniform(0.08, 0.16)), cv2.LINE_AA)
    cv2.circle(hand, [round(float(x)) for x in palm], round(side * rng.uniform(0.2, 0.4)), 1.0, -1, cv2.LINE_AA)
    soft = cv2.GaussianBlur(hand, (0, 0), side * rng.uniform(0.012, 0.05))
    turned = np.ascontiguousarray(np.rot90(soft, int(rng.integers(4))))
    return (1 - depth * np.clip(cv2.resize(turned, size[::-1]), 0, 1)).astype(np.float32)


def scan_border(rng: np.random.Generator, page: Field) -> None:
    """Darken one to four edges of a page, in place, as a scanner's lid or a copier does."""
    sides = rng.permutation(4)[: rng.integers(1, 5)]
    for turn in sides:
        strip = page.swapaxes(0, 1) if turn % 2 else page
        width = max(1, round(len(strip) * rng.uniform(0.015, 0.07)))
        (strip[-width:] if turn // 2 else strip[:width])[:] = rng.uniform(0.02, 0.3)


def mat(rng: np.random.Generator, page: Field, colour: Colour) -> None:
    """Paint a frame of one colour along the edges of a picture, in place."""
    width = max(1, round(min(page.shape[:2]) * rng.uniform(0.01, 0.08)))
    for edge in (page[:width], page[-width:], page[:, :width], page[:, -width:]):
        edge[:] = colour


def box(rng: np.random.Generator, page: Field, ink: Field, colour: Colour) -> None:
    """Print a form's box around the ink on a page, in place."""
    import cv2
    import numpy as np

    rows, columns = (np.flatnonzero((ink > 0).any(axis)) for axis in (1, 0))
    gap = round(min(page.shape[:2]) * rng.uniform(0.05, 0.09))
    corners = (int(columns[0]) - gap, int(rows[0]) - gap), (int(columns[-1]) + gap, int(rows[-1]) + gap)
    line = np.zeros(page.shape[:2], np.uint8)
    cv2.rectangle(line, *corners, 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    paint(page, (line / np.float32(255)).astype(np.float32), colour)


def desk(rng: np.random.Generator, page: Field) -> Field:
    """Return a picture of the page on a dark desk, slightly askew with its edges visible, in the page's shape."""
    import cv2
    import numpy as np

    height, width = page.shape[:2]
    tint = np.array([0.55, 0.75, 1.0]) * rng.uniform(0.12, 0.4)
    table = sheet(rng, (height, width), (float(tint[0]), float(tint[1]), float(tint[2])), 0.06)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (width - 1, height - 1)
    inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * rng.uniform(0.02, 0.09, (4, 2)) * min(height, width)
    lie = cv2.getPerspectiveTransform(corners.astype(np.float32), (corners + inward).astype(np.float32))
    laid = cv2.warpPerspective(page, lie, (width, height), flags=cv2.INTER_AREA)
    cover = cv2.warpPerspective(np.ones((height, width), np.float32), lie, (width, height))
    return (table + cover[..., None] * (laid - table)).astype(np.float32)


def photograph(rng: np.random.Generator, page: Field, blur: float, noise: float) -> NDArray[np.uint8]:
    """Take a photo: blur, sensor noise, rounding.

    Args:
        rng: draws the noise.
        page: the scene.
        blur: standard deviation in pixels, 0 for none.
        noise: standard deviation, where white is 1; 0 for none.

    Returns:
        uint8, shape [h, w, 3], BGR.
    """
    import cv2
    import numpy as np

    image = cv2.GaussianBlur(page, (0, 0), blur) if blur else page.copy()
    if noise:
        grains = rng.standard_normal(page.shape, np.float32)
        grains *= noise
        image += grains
    image *= 255
    return np.clip(np.rint(image, out=image), 0, 255, out=image).astype(np.uint8)
