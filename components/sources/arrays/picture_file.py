"""One picture file of a data set as 28x28 pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["read_pixels"]


def read_pixels(file: bytes) -> NDArray[np.uint8]:
    """Return a picture, uint8 [28, 28]: as it is if it has 28x28 grey pixels, else through the front end of prediction.

    Raises:
        UnreadableError: the file cannot be read as a picture.
    """
    from inference.files.decode import decode
    from inference.files.header import read_header
    from inference.reading import read_decoded

    picture = decode(file, read_header(file))
    return picture.pixels if picture.pixels.shape == (SIDE, SIDE) else read_decoded(picture).image
