"""Pictures that already are at MNIST's scale: nothing is redrawn, so that nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.drawing.mnist_like import canonical_batch
from inference.pixels.centring import box_of, centre
from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["take_native"]

LARGEST = 4 * SIDE
FULL = 250  # ink as strong as this is not stretched
FAINTEST = 64


def take_native(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[str]] | None:
    """Take a digit of MNIST's size on an even ground as it is: inverted, stretched and centred where it needs to be.

    A picture that is canonical comes out bit for bit, its negative as the original.

    Args:
        pixels: uint8, shape [h, w].

    Returns:
        The picture, uint8 [28, 28], and the steps; None where the picture is not of that kind.
    """
    import numpy as np

    if pixels.shape[2:] or max(pixels.shape) > LARGEST:
        return None
    if pixels.shape == (SIDE, SIDE):
        as_is, negative = canonical_batch(np.stack([pixels, 255 - pixels]))
        if as_is or negative:
            return (pixels.copy(), []) if as_is else (255 - pixels, ["inverted"])
    lifted = _lift(pixels)
    if lifted is None:
        return None
    ink, steps = lifted
    top, bottom, left, right = box_of(ink > 0)
    if max(bottom - top, right - left) > SIDE:
        return None
    image = centre(ink[top:bottom, left:right])
    centred = pixels.shape != (SIDE, SIDE) or bool((ink != image).any())
    return (image, [*steps, *["centred"] * centred]) if canonical_batch(image[None])[0] else None


def _lift(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[str]] | None:
    """Take ink off an even ground, which is the most frequent grey; none where ink is on both sides of it."""
    import numpy as np

    ground = int(np.bincount(pixels.ravel()).argmax())
    dark = bool(pixels.min() < ground)
    ink = np.abs(pixels.astype(np.int16) - ground)
    strongest = int(ink.max())
    if strongest < FAINTEST or dark == bool(pixels.max() > ground):
        return None
    steps = ["inverted"] * dark
    if strongest < FULL:
        ink = np.rint(ink * (255 / strongest))
        steps.append(f"contrast x{255 / strongest:.1f}")
    return ink.astype(np.uint8), steps
