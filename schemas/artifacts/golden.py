"""Golden examples: pictures with the answers that a bundle's model gave when it was exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Golden", "GoldenExample"]

PIXELS = 28 * 28


class GoldenExample(Record):
    """One picture and its answer."""

    image: str
    """The 28x28 pixels, row by row, two hexadecimal digits each; 0 is background, ff is ink."""
    digit: str
    """Name of the likeliest class."""
    probabilities: list[float]
    """Calibrated probability of each class."""

    def __post_init__(self) -> None:
        """Refuse what is no picture."""
        if len(bytes.fromhex(self.image)) != PIXELS:
            raise ValueError(f"a picture of {len(self.image)} hexadecimal digits")


class Golden(Record):
    """The content of golden.json."""

    tolerance: float
    """Largest difference of a probability from the one stated here, on any machine; the digit is the same."""
    examples: list[GoldenExample]
    """Pictures of the test split, at most two of each class, whose answers lie clear of the next likeliest class."""

    def __post_init__(self) -> None:
        """Refuse answers of different lengths, and a tolerance that tolerates everything."""
        if len({len(each.probabilities) for each in self.examples}) > 1 or not 0 <= self.tolerance < 1:
            raise ValueError("answers that cannot be compared")

    @property
    def images(self) -> NDArray[np.uint8]:
        """The pictures, uint8 [n, 28, 28]."""
        import numpy as np

        pixels = bytes.fromhex("".join(each.image for each in self.examples))
        return np.frombuffer(pixels, np.uint8).reshape(-1, 28, 28)

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """The probabilities, float32 [n, classes]."""
        import numpy as np

        return np.array([each.probabilities for each in self.examples], np.float32)
