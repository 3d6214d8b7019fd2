"""Draw pictures of no class in MNIST's format, so that a network can learn to be sure of none of them.

A network trained on such pictures is less sure of others as well, of kinds that it never saw (Hendrycks et al. 2019,
Deep Anomaly Detection with Outlier Exposure, https://arxiv.org/abs/1812.04606).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from learning.synthetic.drawn_digits import DIGITS
from learning.synthetic.low_resolution import lowered
from learning.synthetic.strangers.figures import draw_figure
from learning.synthetic.strangers.printing import printed, redrawn, whole, written
from learning.synthetic.strangers.signs import draw_sign, rounded
from learning.synthetic.strangers.silhouettes import draw_outlines, draw_silhouette
from learning.synthetic.strangers.spoilt import cross_out, mix, turn
from schemas.artifacts.examples import SIDE, Split
from schemas.progress import report_part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["draw_strangers"]

LOWERED = 8  # one picture of so many is at low resolution, as some digits are: resolution alone tells nothing
REPORTED = 1000  # pictures between two reports of progress


def draw_strangers(split: Split, count: int, seed: int) -> NDArray[np.uint8]:
    """Draw pictures of no class.

    Beside the digits 0 to 9 they are signs, scribbles, figures, filled shapes and digits made illegible; one
    in eight at low resolution.
    Of other classes nothing is known, so that only mixtures of the training pictures are drawn.

    Args:
        split: the training pictures, at least one, each with ink.
        count: number of pictures.
        seed: the same arguments draw the same pictures.

    Returns:
        uint8 [count, 28, 28].
    """
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    kinds = _BESIDE_DIGITS if split.classes == DIGITS else (mix,)
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    for i in range(count):
        if i % REPORTED == 0:
            report_part("drawing pictures of no digit", i, count)
        images[i] = kinds[i % len(kinds)](split, rng)
        if i % LOWERED == 0:
            images[i] = lowered(images[i], rng)
    return images


def _sign(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    del split
    return written(draw_sign(rng), rng)


def _scribble(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    del split
    corners = [rng.uniform(0, 10, (rng.integers(3, 16), 2)) for _ in range(rng.integers(1, 4))]
    return written([rounded(points, 3) for points in corners], rng)


def _figure(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    del split
    return written(draw_figure(rng), rng)


def _silhouette(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a filled shape as MNIST, the front end or a data set of things would show it."""
    del split
    page, kind = draw_silhouette(rng), rng.integers(4)
    return redrawn(page, rng) if kind < 2 else whole(page) if kind == 2 else printed(page)  # noqa: PLR2004


def _sketch(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    del split
    return printed(draw_outlines(rng))


_BESIDE_DIGITS: tuple[Callable[[Split, np.random.Generator], NDArray[np.uint8]], ...] = (
    _sign,
    _scribble,
    _silhouette,
    turn,
    _sign,
    _silhouette,
    _figure,
    _silhouette,
    cross_out,
    _sign,
    _silhouette,
    mix,
    _silhouette,
    _sketch,
)
"""The kinds that are drawn in turn."""
