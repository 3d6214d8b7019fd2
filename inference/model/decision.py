"""Turn logits into decisions: calibrated probabilities, and whether to answer a picture at all.

The out-of-distribution score of a picture is the sum of two distances, each standardised on validation pictures:
from its pixels to the nearest class's linear subspace, and from its features to their k-th nearest neighbour among
training pictures (Sun et al. 2022, https://arxiv.org/abs/2204.06507). `python -m tests.benchmarks.refusal` compares
them with energy and confidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.artifacts.calibration import CalibrationRecord, Reference, Scale

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["UNLIKE", "Decisions", "decide", "feature_distance", "halved", "ood_score", "pixel_distance", "softmax"]

UNLIKE = "unlike any digit"


@dataclass(frozen=True)
class Decisions:
    """The answers for n pictures.

    Attributes:
        classes: the name of each class.
        probabilities: float32 [n, classes], calibrated.
        read: int64 [n], index of the likeliest class.
        runner_up: int64 [n], index of the second likeliest class.
        confidence: float32 [n], probability of the likeliest class.
        oddness: float32 [n], out-of-distribution score over its threshold; a picture above 1 is unlike any digit.
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
        """Whether each picture is not answered, bool [n]."""
        return (self.oddness > 1) | (self.confidence < self.floor)

    def unsure(self, position: int) -> str:
        """Return why a picture is not answered; '' if it is."""
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
        answers: the model's outputs: `logits`, float32 [n, classes], and `features`, float32 [n, features].
        classes: the name of each class.
        record: the calibration.
        reference: class subspaces and training features to compare with.
    """
    import numpy as np

    probabilities = softmax(answers["logits"] / record.temperature)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    near = feature_distance(answers["features"], reference, record.neighbour)
    odd = ood_score(pixel_distance(images, reference), near, record.pixels, record.features)
    return Decisions(
        classes,
        probabilities,
        read=order[:, 0],
        runner_up=order[:, min(1, order.shape[1] - 1)],
        confidence=probabilities.max(axis=1, initial=0),
        oddness=(odd / record.threshold).astype(np.float32),
        floor=record.floor,
    )


def ood_score(
    far: NDArray[np.float32], near: NDArray[np.float32], pixels: Scale, features: Scale
) -> NDArray[np.float64]:
    """Return the out-of-distribution score of pictures, float64 [n]: the sum of two standardised distances.

    Args:
        far: float32 [n], distance of the pixels from the nearest class's subspace.
        near: float32 [n], distance of the features from those of training pictures.
        pixels: scale of *far* on validation pictures.
        features: scale of *near* on validation pictures.
    """
    import numpy as np

    odd = (far - pixels.middle) / pixels.spread + (near - features.middle) / features.spread
    return odd.astype(np.float64)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the softmax of logits [n, classes], float32, same shape."""
    import numpy as np

    powers = np.exp((logits - logits.max(axis=1, keepdims=True)).astype(np.float64))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def halved(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return pictures, uint8 [n, 28, 28], at half their side, float32 [n, 196], 0 to 1."""
    import numpy as np

    rows = np.add(images[:, ::2], images[:, 1::2], dtype=np.uint16)
    return ((rows[:, :, ::2] + rows[:, :, 1::2]).reshape(len(images), 196) / np.float32(1020)).astype(np.float32)


def pixel_distance(images: NDArray[np.uint8], reference: Reference) -> NDArray[np.float32]:
    """Return the distance of each picture from the nearest class's subspace, float32 [n]."""
    import numpy as np

    pictures, (classes, dimensions, _) = halved(images), reference.bases.shape
    offsets = (reference.bases @ reference.means[:, :, np.newaxis])[..., 0]
    drawn = (pictures @ reference.bases.reshape(classes * dimensions, -1).T).reshape(-1, classes, dimensions) - offsets
    squared = (
        np.square(pictures).sum(axis=1, keepdims=True)
        - 2 * pictures @ reference.means.T
        + np.square(reference.means).sum(axis=1)
    )
    left = squared - np.square(drawn).sum(axis=2)
    return np.sqrt(np.maximum(left.min(axis=1, initial=np.inf), 0))


def feature_distance(features: NDArray[np.float32], reference: Reference, neighbour: int) -> NDArray[np.float32]:
    """Return the cosine distance of each picture's features to their *neighbour*-th nearest reference, float32 [n]."""
    import numpy as np

    length = np.linalg.norm(features, axis=1, keepdims=True)
    alike = (features / np.maximum(length, 1e-9)) @ reference.bank.T
    alike.partition(-neighbour, axis=1)
    return 1 - alike[:, -neighbour]
