"""Fit a calibration: the temperature, a description of the training pictures, and the refusal threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inference.model.decision import feature_distance, halved, ood_score, pixel_distance, softmax
from schemas.artifacts.calibration import CalibrationRecord, Reference, Scale

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.examples import Split

__all__ = ["calibration_error", "calibration_gaps", "fit_calibration", "fit_reference"]

# As in Guo et al. 2017 (https://arxiv.org/abs/1706.04599).
BINS = 15


def calibration_error(probabilities: NDArray[np.float32], labels: NDArray[np.int32]) -> float:
    """Return the expected calibration error (Guo et al. 2017, https://arxiv.org/abs/1706.04599), 0 to 1.

    It uses 15 bins of equal width.

    Args:
        probabilities: float32 [n, classes], n at least 1.
        labels: int32 [n].
    """
    import numpy as np

    gaps, bins = calibration_gaps(probabilities, labels)
    return float(np.abs(np.bincount(bins, gaps)).sum()) / len(labels)


def calibration_gaps(
    probabilities: NDArray[np.float32], labels: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return for each picture its confidence minus its correctness (0 or 1), float64 [n], and its bin, int64 [n]."""
    import numpy as np

    confidence = probabilities.max(axis=1)
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    return confidence.astype(np.float64) - (probabilities.argmax(axis=1) == labels), bins


def fit_reference(split: Split, features: NDArray[np.float32], *, dimensions: int, references: int) -> Reference:
    """Describe the training split: a pixel subspace for each class, and a bank of reference features.

    Args:
        split: the training pictures, at least one of each class.
        features: float32 [n, features], the features of these pictures.
        dimensions: dimensions of each subspace; lower if a class has too few pictures.
        references: how many pictures, evenly spaced over the split, contribute their features.
    """
    import numpy as np

    pictures = halved(split.images)
    count = min(dimensions, *(np.bincount(split.labels, minlength=len(split.classes)) - 1), pictures.shape[1])
    each = [_subspace(pictures[split.labels == label], count) for label in range(len(split.classes))]
    chosen = np.linspace(0, len(split) - 1, min(references, len(split))).astype(int)
    bank = features[chosen] / np.maximum(np.linalg.norm(features[chosen], axis=1, keepdims=True), 1e-9)
    means, bases = (np.stack(part).astype(np.float32, order="C") for part in zip(*each, strict=True))
    return Reference(means, bases, bank.astype(np.float32))


def _subspace(pictures: NDArray[np.float32], dimensions: int) -> tuple[Any, Any]:
    import numpy as np

    mean = pictures.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(np.cov((pictures - mean).T))
    return mean, directions[:, ::-1][:, :dimensions].T


def fit_calibration(  # noqa: PLR0913  (the data and the settings of the fit)
    split: Split,
    logits: NDArray[np.float32],
    features: NDArray[np.float32],
    reference: Reference,
    *,
    neighbour: int,
    floor: float,
    refused: float,
) -> CalibrationRecord:
    """Fit the temperature and the refusal threshold to a split the network was not trained on.

    Args:
        split: the validation pictures, at least one.
        logits: float32 [n, classes].
        features: float32 [n, features].
        reference: describes the training pictures.
        neighbour: which of the nearest references to measure the distance to; 1 is the nearest.
        floor: confidence, 0 to 1, below which a picture counts as between two digits.
        refused: largest share of *split*, 0 to 1, that the floor and the threshold together may refuse.
    """
    import numpy as np

    temperature = _fit_temperature(logits, split.labels)
    before, after = softmax(logits), softmax(logits / temperature)
    distances = pixel_distance(split.images, reference), feature_distance(features, reference, neighbour)
    scales = _scale(distances[0]), _scale(distances[1])
    odd = ood_score(*distances, *scales)
    doubtful = after.max(axis=1) < floor
    odd = np.sort(np.where(doubtful, np.inf, odd))
    threshold = float(odd[max(len(odd) - 1 - int(refused * len(odd)), 0)])
    threshold = threshold if np.isfinite(threshold) else float(np.max(odd[np.isfinite(odd)], initial=1.0))
    return CalibrationRecord(
        count=len(split),
        temperature=temperature,
        error_before=calibration_error(before, split.labels),
        error_after=calibration_error(after, split.labels),
        pixels=scales[0],
        features=scales[1],
        neighbour=min(neighbour, len(reference.bank)),
        threshold=max(threshold, 1e-3),
        floor=floor,
        refused=float(np.mean(odd > threshold)),
    )


def _fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int32]) -> float:
    """Return the temperature, between 1/20 and 20, of least log loss.

    The targets are Platt's (1999, Probabilistic outputs for support vector machines): (n + 1) / (n + 2) instead of 1.
    With hard targets and all n pictures read correctly, the loss would keep falling towards absolute certainty.
    """
    import numpy as np
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    exact, rows = logits.astype(np.float64), np.arange(len(labels))
    others = max(logits.shape[1] - 1, 1)
    doubt = 1 / (len(labels) + 2)

    def loss(power: float) -> float:
        surprise = -log_softmax(exact / np.exp(power), axis=1)
        right = surprise[rows, labels]
        return float(((1 - doubt) * right + doubt * (surprise.sum(axis=1) - right) / others).mean())

    found: Any = minimize_scalar(loss, bounds=(-3, 3), method="bounded")
    return round(float(np.exp(found.x)), 6)


def _scale(distance: NDArray[np.float32]) -> Scale:
    import numpy as np

    middle = float(np.median(distance))
    above = distance[distance > middle] - middle
    spread = float(np.sqrt(np.mean(above.astype(np.float64) ** 2))) if len(above) else 0.0
    return Scale(middle=middle, spread=max(spread, 1e-6))
