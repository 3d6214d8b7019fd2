"""Measure a model on the test split, and let the gate decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, NonNegativeInt

from schemas.artifact import Output
from schemas.blessing import Blessing, Verdict
from schemas.calibration import Calibration
from schemas.config import Config
from schemas.errors import StageError
from schemas.evaluation import DigitMetrics, Evaluation, Metrics
from schemas.examples import Examples, Split
from schemas.gate import Rule, judge
from schemas.model import Model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.decision import Decisions
    from learning.trials import ModelReader

__all__ = ["EvaluateConfig", "evaluate"]

SPLIT = "test"


class EvaluateConfig(Config):
    """Settings of the evaluate stage."""

    gate: dict[str, Rule] = Field(default_factory=dict)
    """The rule for each metric; a model is blessed when it meets every one of at least one."""
    per_kind: NonNegativeInt = 10
    """Pictures of each kind that people take, and of each that is no digit, on which the model is tried; 0 for none."""
    seed: NonNegativeInt = 0
    """Of drawing them."""


def evaluate(  # noqa: PLR0913, PLR0917  (inputs are named one by one)
    model: Model,
    examples: Examples,
    calibration: Calibration,
    evaluation: Output[Evaluation],
    blessing: Output[Blessing],
    config: EvaluateConfig,
) -> None:
    """Read the test split as the bundle will, write the figures, and the verdict of the gate."""
    from learning.trials import ModelReader

    split = examples.read(SPLIT)
    if split.classes != model.classes:
        raise StageError(
            "the model and the examples name their classes differently",
            found=", ".join(split.classes),
            expected=", ".join(model.classes),
        )
    reader = ModelReader(model.load(), calibration, split.classes)
    decisions = reader.read(split.images)
    metrics = _measure(split, decisions.probabilities)
    metrics = metrics.model_copy(update=_measure_answers(split, decisions) | _try_out(split, reader, config))
    Evaluation.write(evaluation.path, metrics, split, decisions.probabilities, decisions.refused)
    verdict = Verdict.of(
        judge(config.gate, metrics),
        model=model.digest,
        examples=examples.digest,
        calibration=calibration.digest,
    )
    Blessing.write(blessing.path, verdict)


def _measure_answers(split: Split, decisions: Decisions) -> dict[str, float | None]:
    """Measure how honest the answers are: None where there are none."""
    import numpy as np

    from learning.calibration import calibration_error

    answered = ~decisions.refused
    right = decisions.read == split.labels
    return {
        "calibration_error": calibration_error(decisions.probabilities, split.labels) if len(split) else None,
        "coverage": float(np.mean(answered)) if len(split) else None,
        "answered_accuracy": float(np.mean(right[answered])) if answered.any() else None,
    }


def _try_out(split: Split, reader: ModelReader, config: EvaluateConfig) -> dict[str, dict[str, float]]:
    from learning.trials import measure_refusals, measure_robustness

    if not (config.per_kind and len(split)):
        return {}
    return {
        "robustness": measure_robustness(split, reader, per_kind=config.per_kind, seed=config.seed),
        "refusals": measure_refusals(split, reader, count=config.per_kind, seed=config.seed),
    }


def _measure(split: Split, probabilities: NDArray[np.float32]) -> Metrics:
    import numpy as np
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    labels, every = split.labels, list(range(len(split.classes)))
    read = probabilities.argmax(axis=1)
    counts = np.bincount(labels, minlength=len(every))
    figures = np.full((3, len(every)), np.nan)
    if len(split):
        undefined: Any = np.nan  # scikit-learn's annotation knows only 'warn'
        figures[:] = precision_recall_fscore_support(labels, read, labels=every, zero_division=undefined)[:3]
    precision, recall, f1 = figures
    per_digit = {
        name: DigitMetrics(
            count=int(counts[i]), precision=_number(precision[i]), recall=_number(recall[i]), f1=_number(f1[i])
        )
        for i, name in enumerate(split.classes)
    }
    return Metrics(
        split=SPLIT,
        count=len(split),
        accuracy=float(np.mean(read == labels)) if len(split) else None,
        precision=_number(np.mean(precision)),
        recall=_number(np.mean(recall)),
        f1=_number(np.mean(f1)),
        log_loss=_log_loss(labels, probabilities) if len(split) else None,
        per_digit=per_digit,
        confusion=confusion_matrix(labels, read, labels=every).tolist() if len(split) else [],
    )


def _log_loss(labels: NDArray[np.int32], probabilities: NDArray[np.float32]) -> float | None:
    import numpy as np
    from sklearn.metrics import log_loss

    # In float64, or scikit-learn clips at float32's coarser epsilon.
    exact = probabilities.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    return _number(log_loss(labels, exact, labels=range(exact.shape[1])))


def _number(value: float | np.floating[Any]) -> float | None:
    """Give a finite number as such, and None for NaN: JSON has no word for it."""
    import math

    return float(value) if math.isfinite(value) else None
