"""Choose the golden examples of a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.model.decision import softmax
from schemas.artifacts.golden import Golden, GoldenExample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learning.formats.parity import Proven
    from schemas.artifacts.examples import Split

__all__ = ["choose_golden"]

TOLERANCE = 1e-4
"""Other processors compute with other instructions; their probabilities differ by 1e-5 at most."""
OF_EACH = 2
LEAD = 0.01
"""Least difference between the two likeliest classes, far above the tolerance: the digit is the same anywhere."""
PLACES = 8


def choose_golden(test: Split, proven: Proven, temperature: float) -> Golden:
    """Return the first two test pictures of each class that all formats read right, clear of the next class.

    Args:
        test: the test pictures.
        proven: the network's answers for them.
        temperature: divisor of the logits.
    """
    import numpy as np

    probabilities = softmax(proven.logits / temperature)
    second, first = np.sort(probabilities, axis=1)[:, -2:].T
    fit = proven.same & (probabilities.argmax(axis=1) == test.labels) & (first - second > LEAD)
    places = [
        int(i) for label in range(len(test.classes)) for i in np.flatnonzero(fit & (test.labels == label))[:OF_EACH]
    ]
    return Golden(
        tolerance=TOLERANCE,
        examples=[_example(test.images[i], test.classes[test.labels[i]], probabilities[i]) for i in places],
    )


def _example(image: NDArray[np.uint8], digit: str, probabilities: NDArray[np.float32]) -> GoldenExample:
    return GoldenExample(
        image=image.tobytes().hex(),
        digit=digit,
        probabilities=[round(float(each), PLACES) for each in probabilities],
    )
