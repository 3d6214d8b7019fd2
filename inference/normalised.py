"""What is made of a picture, whichever way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Normal"]


@dataclass(frozen=True)
class Normal:
    """What was made of a picture.

    Attributes:
        image: uint8, shape [28, 28], light ink on 0; all 0 where no ink was found.
        steps: what was done, in a few words each.
        trace: name and picture (uint8, [h, w] or [h, w, 3]) of each step, where asked for.
        strength: of the ink against the paper, 0 to 255.
        noise: standard deviation of the bare paper, 0 to 255.
        digits: how many parts as large as a digit stand apart; 0 on a blank page.
        share: of the picture that is ink.
        clearness: 0 to 1: how sharp the digit's edges are all round, against all that is in the picture.
    """

    image: NDArray[np.uint8]
    steps: tuple[str, ...]
    trace: tuple[tuple[str, NDArray[np.uint8]], ...]
    strength: float
    noise: float
    digits: int
    share: float
    clearness: float
