"""Writes the mean pictures of the embedded sample's digits: python -m tests.learning.evaluation.mean_digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from components.sources.sample import read_table
from learning.evaluation.orientation import MEANS
from learning.synthetic.encoding import encode_png
from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["mean_digits"]


def mean_digits() -> NDArray[np.uint8]:
    """Return the mean pictures side by side, uint8 [28, 280]."""
    table = read_table()
    images, labels = table[:, :-1].reshape(-1, SIDE, SIDE), table[:, -1]
    means = [images[labels == digit].mean(axis=0) for digit in range(10)]
    return np.rint(np.hstack(means)).astype(np.uint8)


if __name__ == "__main__":
    MEANS.write_bytes(encode_png(mean_digits()))
