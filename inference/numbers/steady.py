"""Read digits steadily: the mean of what a model makes of a digit as it is, and turned and slanted a little."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inference.model.answer import PictureReader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.model.decision import Decisions

__all__ = ["FLOOR", "SteadyReader"]

# Measured on 3,979 digits of learning/synthetic/drawn_pages.py: 41 misread, not 45; and of 360 touching pairs cut apart
# with odds fitted to either, 1.7 % are cut wrongly, not 3.1 %, at no loss of right cuts; 0.14 CPU-ms a digit.
TURNED, SLANTED = 0.14, 0.2  # tangent of 8 degrees; columns a row
# Least mean confidence of an answer. Of the 22 digits of 500 drawn numbers (seed 8101) that were answered with less, 9
# were misread, of the 2,099 others 5; of another 36 with 0.5 to 0.75 (seeds 302, 301, 303, 8601 and 91), 11.
FLOOR = 0.75


class SteadyReader:
    """Read each picture in five ways, and answer with their mean if it is likely enough.

    Args:
        reader: the model.
    """

    def __init__(self, reader: PictureReader) -> None:
        self._reader = reader

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class."""
        return self._reader.classes

    def read(self, images: NDArray[np.uint8]) -> Decisions:
        """Decide on pictures, uint8 [n, 28, 28], light ink on 0."""
        import numpy as np

        ways = [(0.0, 0.0), (TURNED, -TURNED), (-TURNED, TURNED), (SLANTED, 0.0), (-SLANTED, 0.0)]
        found = self._reader.read(np.concatenate([_sheared(images, *way) for way in ways]))
        probabilities = found.probabilities.reshape(len(ways), len(images), -1).mean(axis=0)
        order = np.argsort(-probabilities, axis=1, kind="stable")
        return replace(
            found,
            probabilities=probabilities,
            read=order[:, 0],
            runner_up=order[:, min(1, order.shape[1] - 1)],
            confidence=probabilities.max(axis=1, initial=0),
            evidence=found.evidence.reshape(len(ways), len(images)).mean(axis=0),
            floor=max(found.floor, FLOOR),
        )


def _sheared(images: NDArray[np.uint8], across: float, down: float) -> NDArray[np.uint8]:
    """Return pictures, uint8 [n, h, w], sheared about their centre: *across* columns a row, *down* rows a column."""
    import cv2
    import numpy as np

    if not (across or down):
        return images
    height, width = images.shape[1:]
    x, y = (width - 1) / 2, (height - 1) / 2
    matrix = np.array([[1, across, -across * y], [down, 1, -down * x]], np.float64)
    return np.stack([np.asarray(cv2.warpAffine(each, matrix, (width, height)), np.uint8) for each in images])
