"""Pictures already at MNIST's scale: normalised without redrawing, so that nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.drawing.mnist_like import are_mnist_like
from inference.pixels.centring import bounding_box, centre
from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["normalise_native"]

# Chosen by eye when the front end was written: no measurement is on record.
LARGEST = 4 * SIDE  # pixels: largest side of such a picture
FULL = 250  # of 255: weaker ink is stretched to 255
FAINTEST = 64  # of 255: least contrast


def normalise_native(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[str]] | None:
    """Invert, stretch and centre a digit of MNIST's size on an even background, as needed.

    A canonical picture is returned bit for bit; the negative of one is returned as the original.

    Args:
        pixels: uint8, shape [h, w].

    Returns:
        The picture, uint8 [28, 28], and the steps; None for any other picture.
    """
    import numpy as np

    if pixels.shape[2:] or max(pixels.shape) > LARGEST:
        return None
    if pixels.shape == (SIDE, SIDE):
        as_is, negative = are_mnist_like(np.stack([pixels, 255 - pixels]))
        if as_is or negative:
            return (pixels.copy(), []) if as_is else (255 - pixels, ["inverted"])
    lifted = _lift(pixels)
    if lifted is None:
        return None
    ink, steps = lifted
    top, bottom, left, right = bounding_box(ink > 0)
    if max(bottom - top, right - left) > SIDE:
        return None
    image = centre(ink[top:bottom, left:right])
    centred = pixels.shape != (SIDE, SIDE) or bool((ink != image).any())
    return (image, [*steps, *["centred"] * centred]) if are_mnist_like(image[None])[0] else None


def _lift(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[str]] | None:
    """Separate ink from an even background, the most frequent grey; None if the ink is both darker and lighter."""
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
