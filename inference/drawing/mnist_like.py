"""Recognise pictures already in MNIST's format, which need no change.

Measured on all 70,000 of MNIST: ink reaches 254, its longer side is 20 pixels (19 in 16 of them), its centre of mass
lies within half a pixel of the centre of the 28x28, and at least 55 % of the pixels are exactly 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.artifacts.examples import PIXELS, SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["are_mnist_like"]

BRIGHTEST = 250
LONGER_SIDE = (19, 20)
OFF_CENTRE = 0.52  # pixels; MNIST's own reach 0.52
GROUND = 0.55  # share of pixels that are exactly 0; MNIST's fattest digit has 0.552


def are_mnist_like(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which pictures are in MNIST's format: light on black, its size, centred by mass.

    Args:
        images: uint8, shape [n, 28, 28].

    Returns:
        bool, shape [n].
    """
    import numpy as np

    flat = images.reshape(len(images), PIXELS)
    chosen = np.flatnonzero(flat.max(axis=1, initial=0) >= BRIGHTEST)
    chosen = chosen[np.count_nonzero(flat[chosen], axis=1) <= (1 - GROUND) * PIXELS]
    chosen = chosen[_are_sized(images[chosen])]
    canonical = np.zeros(len(images), np.bool_)
    canonical[chosen[_are_centred(flat[chosen])]] = True
    return canonical


def _are_sized(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    import numpy as np

    longer = np.maximum(_extent(images.max(axis=1)), _extent(images.max(axis=2)))
    return (longer >= LONGER_SIDE[0]) & (longer <= LONGER_SIDE[1])


def _extent(profiles: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the distance from first to last ink, inclusive, of profiles [n, 28]."""
    inked = profiles > 0
    return SIDE - inked.argmax(axis=1) - inked[:, ::-1].argmax(axis=1)


def _are_centred(flat: NDArray[np.uint8]) -> NDArray[np.bool_]:
    import numpy as np

    rows, columns = np.divmod(np.arange(PIXELS, dtype=np.float32), SIDE)
    moments = flat.astype(np.float32) @ np.stack([np.ones_like(rows), rows, columns], axis=1)
    centres = moments[:, 1:] / np.maximum(moments[:, :1], 1)
    return np.abs(centres - SIDE / 2).max(axis=1, initial=0) <= OFF_CENTRE
