"""Fit a calibration: the temperature and the refusal threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from inference.model.decision import evidence, softmax
from schemas.artifacts.calibration import CalibrationRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.examples import Split

__all__ = ["calibration_error", "calibration_gaps", "fit_calibration"]

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


def fit_calibration(
    split: Split,
    logits: NDArray[np.float32],
    saved: Mapping[str, tuple[NDArray[np.int32], NDArray[np.float32]]],
    *,
    floor: float,
    refused: float,
) -> CalibrationRecord:
    """Fit the temperature and the refusal threshold to a split the network was not trained on.

    Args:
        split: the validation pictures, at least one.
        logits: float32 [n, classes].
        saved: for each way of saving pictures, the labels, int32 [m], and the logits, float32 [m, classes], of pictures
            of the split that were saved in that way and read by the front end.
        floor: confidence, 0 to 1, below which a picture counts as between two digits.
        refused: largest share, 0 to 1, that floor and threshold together may refuse of the split, and of the pictures
            read right in all ways of saving them.
    """
    import numpy as np

    temperature = _fit_temperature(logits, split.labels)
    before, after = softmax(logits), softmax(logits / temperature)
    proof = _proof(logits, temperature, floor)
    right = {
        way: _proof(each[each.argmax(axis=1) == labels], temperature, floor) for way, (labels, each) in saved.items()
    }
    pooled = np.concatenate([np.empty(0, np.float32), *right.values()])
    least = min(_least(proof, refused), _least(pooled, refused))
    return CalibrationRecord(
        count=len(split),
        temperature=temperature,
        error_before=calibration_error(before, split.labels),
        error_after=calibration_error(after, split.labels),
        least=least,
        floor=floor,
        refused=float(np.mean(proof < least)),
        saved={way: float(np.mean(each < least)) for way, each in right.items() if len(each)},
    )


def _proof(logits: NDArray[np.float32], temperature: float, floor: float) -> NDArray[np.float32]:
    """Return the evidence for each picture, float32 [n]; minus infinity if its confidence is below the floor."""
    import numpy as np

    doubtful = softmax(logits / temperature).max(axis=1, initial=0) < floor
    return np.where(doubtful, -np.inf, evidence(logits)).astype(np.float32)


def _least(proof: NDArray[np.float32], refused: float) -> float:
    """Return the largest threshold that refuses at most this share; infinity without pictures."""
    import numpy as np

    ordered = np.sort(proof)
    allowed = ordered[int(refused * len(ordered)) :]
    allowed = allowed[np.isfinite(allowed)]
    return float(allowed[0]) if len(allowed) else (0.0 if len(proof) else np.inf)


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
