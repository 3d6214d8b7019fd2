"""Digits saved as people save them: python -m tests.benchmarks.reading.saved BUNDLE.

MNIST_FILES names the folder of the four original files. The ways are those of learning/synthetic/ways.py, with other
seeds than calibrate's and with test digits; `python -m tests.benchmarks.reading.fixed` has fixed amounts.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from learning.synthetic.ways import WAYS, save
from tests.benchmarks.reading.tally import tally

if TYPE_CHECKING:
    from numpy.typing import NDArray


def saved(images: NDArray[np.uint8], rng: np.random.Generator, way: str) -> bytes:
    """Return the file of a digit saved in one way."""
    return save(images[0], way, int(rng.integers(2**31)))


KINDS = {way.replace("_", " "): partial(saved, way=way) for way in WAYS}

if __name__ == "__main__":
    tally(KINDS, __doc__)
