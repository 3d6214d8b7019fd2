"""From logits to an answer: calibrated probabilities, and whether the picture should be answered at all.

How odd a picture is, is the sum of two distances, each on the scale of validation pictures: of its pixels from the
nearest class's subspace (what it cannot be drawn with), and of its features from training pictures' (Sun et al. 2022,
https://arxiv.org/abs/2204.06507). `python -m tests.benchmarks.refusal` compares them with energy and confidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.artifacts.calibration import CalibrationRecord, Reference, Scale

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["UNLIKE", "Decisions", "decide", "feature_distance", "pixel_distance", "small", "softmax", "strangeness"]

UNLIKE = "unlike any digit"


@dataclass(frozen=True)
class Decisions:
    """The answers for n pictures.

    Attributes:
        classes: the name of each class.
        probabilities: float32 [n, classes], calibrated.
        read: int [n], position of the likeliest class.
        runner_up: int [n], position of the second.
        confidence: float32 [n], probability of the likeliest.
        oddness: float32 [n]; a picture above 1 is unlike any digit.
        floor: confidence below which a picture lies between two digits.
    """

    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]
    read: NDArray[np.int64]
    runner_up: NDArray[np.int64]
    confidence: NDArray[np.float32]
    oddness: NDArray[np.float32]
    floor: float

    @property
    def refused(self) -> NDArray[np.bool_]:
        """Which pictures are not answered, bool [n]."""
        return (self.oddness > 1) | (self.confidence < self.floor)

    def unsure(self, position: int) -> str:
        """Say why a picture is not answered; '' where it is."""
        if self.oddness[position] > 1:
            return UNLIKE
        if self.confidence[position] < self.floor:
            first, second = sorted(int(each[position]) for each in (self.read, self.runner_up))
            return f"between {self.classes[first]} and {self.classes[second]}"
        return ""


def decide(
    images: NDArray[np.uint8],
    answers: Mapping[str, NDArray[np.float32]],
    classes: tuple[str, ...],
    record: CalibrationRecord,
    reference: Reference,
) -> Decisions:
    """Decide on n pictures.

    Args:
        images: uint8 [n, 28, 28].
        answers: the model's `logits`, float32 [n, classes], and `features`, float32 [n, features], they are made of.
        classes: the name of each class.
        record: the calibration.
        reference: what it is held against.
    """
    import numpy as np

    probabilities = softmax(answers["logits"] / record.temperature)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    near = feature_distance(answers["features"], reference, record.neighbour)
    odd = strangeness(pixel_distance(images, reference), near, record.pixels, record.features)
    return Decisions(
        classes,
        probabilities,
        read=order[:, 0],
        runner_up=order[:, min(1, order.shape[1] - 1)],
        confidence=probabilities.max(axis=1, initial=0),
        oddness=(odd / record.threshold).astype(np.float32),
        floor=record.floor,
    )


def strangeness(
    far: NDArray[np.float32], near: NDArray[np.float32], pixels: Scale, features: Scale
) -> NDArray[np.float64]:
    """Give how odd pictures are, float64 [n]: the sum of their two distances, each on its own scale.

    Args:
        far: float32 [n], of their pixels from the nearest class's subspace.
        near: float32 [n], of their features from training pictures'.
        pixels: what the first are on validation pictures.
        features: what the second are.
    """
    import numpy as np

    odd = (far - pixels.middle) / pixels.spread + (near - features.middle) / features.spread
    return odd.astype(np.float64)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give probabilities, float32, same shape."""
    import numpy as np

    powers = np.exp((logits - logits.max(axis=1, keepdims=True)).astype(np.float64))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def small(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Give pictures at half their side, float32 [n, 196], 0 to 1."""
    import numpy as np

    rows = np.add(images[:, ::2], images[:, 1::2], dtype=np.uint16)
    return ((rows[:, :, ::2] + rows[:, :, 1::2]).reshape(len(images), 196) / np.float32(1020)).astype(np.float32)


def pixel_distance(images: NDArray[np.uint8], reference: Reference) -> NDArray[np.float32]:
    """Give the distance of each picture from the nearest class's subspace, float32 [n]."""
    import numpy as np

    pictures, (classes, dimensions, _) = small(images), reference.bases.shape
    offsets = (reference.bases @ reference.means[:, :, np.newaxis])[..., 0]
    drawn = (pictures @ reference.bases.reshape(classes * dimensions, -1).T).reshape(-1, classes, dimensions) - offsets
    apart = (
        np.square(pictures).sum(axis=1, keepdims=True)
        - 2 * pictures @ reference.means.T
        + np.square(reference.means).sum(axis=1)
    )
    left = apart - np.square(drawn).sum(axis=2)
    return np.sqrt(np.maximum(left.min(axis=1, initial=np.inf), 0))


def feature_distance(features: NDArray[np.float32], reference: Reference, neighbour: int) -> NDArray[np.float32]:
    """Give 1 less the cosine of each picture's features with those of its *neighbour*-th nearest reference, [n]."""
    import numpy as np

    length = np.linalg.norm(features, axis=1, keepdims=True)
    alike = (features / np.maximum(length, 1e-9)) @ reference.bank.T
    alike.partition(-neighbour, axis=1)
    return 1 - alike[:, -neighbour]
