"""The result of normalising a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Normalised"]


@dataclass(frozen=True)
class Normalised:
    """A normalised picture and its measurements.

    Attributes:
        image: uint8, shape [28, 28], light ink on 0; all 0 if no ink was found.
        steps: what was done, a few words each.
        trace: name and picture (uint8, [h, w] or [h, w, 3]) of each step; empty unless requested.
        strength: contrast of ink and paper, 0 to 255.
        noise: standard deviation of the bare paper, 0 to 255.
        digits: number of separate parts as large as a digit; 0 on a blank page.
        share: share of the picture that is ink, 0 to 1.
        clearness: 0 to 1: sharpness of the digit's edges all around, relative to all edges in the picture.
        softness: width of the digit's edges over its longer side, 0 to 1: how blurred it is.
        leftover: size of the marks that were left out over the digit's, 0 to 1; see `digit_parts.Digit`.
        crossed: evidence that the digit needs because a line may cross it out; see `touching.evidence_needed`.
        inked: whether there is ink on the page, with or without a digit.
    """

    image: NDArray[np.uint8]
    steps: tuple[str, ...]
    trace: tuple[tuple[str, NDArray[np.uint8]], ...]
    strength: float
    noise: float
    digits: int
    share: float
    clearness: float
    softness: float
    leftover: float
    crossed: float
    inked: bool
