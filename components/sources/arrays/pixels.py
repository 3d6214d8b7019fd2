"""Turn rows of numbers into pictures of 28x28 bytes, whatever their range and side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.artifacts.examples import SIDE
from schemas.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Pixels", "side_of"]

RANGES = ((0, 1), (-1, 1), (0, 255))
COARSE = 8, (0, 16)  # side and range of scikit-learn's and UCI's digits
LARGEST = 512  # pixels: larger pictures come as files


@dataclass(frozen=True)
class Pixels:
    """How a file writes pixels: its first pictures tell, and the others must agree.

    Attributes:
        place: names the file in errors.
        side: of the square pictures.
        low: the number of the background; or of ink, if the ink is dark.
        high: the largest number.
    """

    place: str
    side: int
    low: int
    high: int

    @classmethod
    def of(cls, place: str, side: int, first: NDArray[np.float32]) -> Pixels:
        """Tell from the first pictures, float32 [n, side * side].

        Raises:
            InputError: their numbers fit no range.
        """
        import numpy as np

        least, most = (each(first, axis=1, initial=0) for each in (np.nanmin, np.nanmax))
        coarse = side == COARSE[0] and float(most.max(initial=0)) > 1
        ranges = ((0, 255),) if not most.any() and not least.any() else (COARSE[1], *RANGES) if coarse else RANGES
        for share in (1, 0.5):  # if most pictures fit a range, one that does not is at fault
            for low, high in ranges:
                if np.mean((low <= least) & (most <= high)) >= share:
                    return cls(place, side, low, high)
        raise InputError(
            f"{place}: the pixels have another range",
            found=f"{least.min():g} to {most.max():g}",
            expected="0 to 255, 0 to 1 or -1 to 1",
            do="write the pictures as they were before they were standardised",
        )

    @property
    def words(self) -> str:
        """What was found, in words: 'pixels of 0 to 1, 32x32 brought to 28x28'."""
        sides = "" if self.side == SIDE else f", {self.side}x{self.side} brought to {SIDE}x{SIDE}"
        return f"pixels of {self.low} to {self.high}{sides}"

    def pictures(self, rows: NDArray[np.float32], first: int, names: Sequence[str] | None = None) -> NDArray[np.uint8]:
        """Return pictures, uint8 [n, 28, 28].

        Args:
            rows: float32 [n, side * side].
            first: number of the first row, for errors.
            names: of the columns, for errors.

        Raises:
            InputError: a number is missing, not finite or out of range; the error names its row and column.
        """
        import numpy as np

        wrong = ~((rows >= self.low) & (rows <= self.high))
        if wrong.any():
            row, column = (int(each) for each in np.argwhere(wrong)[0])
            raise InputError(
                f"{self.place}: row {first + row}, {names[column] if names else f'pixel {column}'} is no pixel",
                found=f"{rows[row, column]:g}",
                expected=f"{self.low} to {self.high}, as in the first pictures",
            )
        grey = np.rint((rows - self.low) * (255 / (self.high - self.low))).astype(np.uint8)
        square = grey.reshape(-1, self.side, self.side)
        return square if self.side == SIDE else _resized(square)


def side_of(count: int) -> int | None:
    """Return the side of a square picture of so many pixels; None if it is not square, or too large or small."""
    side = math.isqrt(count)
    return side if side * side == count and 1 < side <= LARGEST else None


def _resized(square: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import numpy as np

    from inference.pixels.resizing import resized

    return np.array([resized(each, (SIDE, SIDE)) for each in square], np.uint8).reshape(-1, SIDE, SIDE)
