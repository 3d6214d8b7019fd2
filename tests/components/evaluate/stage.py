"""The stage on pictures whose pixels fix what the model reads in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from components.evaluate import EvaluateConfig, evaluate
from schemas.artifacts.blessing import Blessing
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.evaluation import Evaluation, Metrics
from schemas.artifacts.examples import SIDE, Examples, Split
from schemas.artifacts.model import Model
from schemas.settings.gate import Gate
from tests.samples import DIGITS, make_calibration, make_output, seal

__all__ = [
    "GREYS",
    "LABELS",
    "NOTHING",
    "PROBABILITIES",
    "READ",
    "RULES",
    "STRENGTH",
    "Evaluated",
    "Grey",
    "evaluate_split",
    "greys_for",
    "pictures",
    "random_greys",
]

STRENGTH = 6.0
"""The logit of a class whose pixel is 255."""
Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Evaluated:
    """The inputs and outputs of the stage."""

    evaluation: Evaluation
    blessing: Blessing
    model: Model
    examples: Examples

    @property
    def metrics(self) -> Metrics:
        """The figures."""
        return self.evaluation.metrics


def random_greys(count: int, seed: int = 0) -> Grey:
    """Draw a different pixel for each class of each picture."""
    random = np.random.default_rng(seed)
    return np.array([random.permutation(256)[: len(DIGITS)] for _ in range(count)], np.uint8).reshape(
        count, len(DIGITS)
    )


def greys_for(read: list[int]) -> Grey:
    """Return the pixels of pictures that are read as these classes."""
    return np.eye(len(DIGITS), dtype=np.uint8)[read] * 255


def pictures(labels: list[int], greys: Grey, classes: tuple[str, ...] = DIGITS) -> Split:
    """Return pictures with these labels and these pixels for each class."""
    images = np.zeros((len(labels), SIDE, SIDE), np.uint8)
    images[:, 0, : len(DIGITS)] = greys
    return Split(images, np.array(labels, np.int32), [f"id-{i:04}" for i in range(len(labels))], classes)


def evaluate_split(  # noqa: PLR0913, PLR0917  (the inputs of the stage)
    folder: Path,
    model: Model,
    split: Split,
    gate: dict[str, Any] | None = None,
    champion: Bundle | None = None,
    strangers: Examples | None = None,
    least: float = -1e9,
    metrics: tuple[str, ...] = (),
) -> Evaluated:
    """Run the stage on a test split."""
    (folder / "examples").mkdir(exist_ok=True)  # a test may have written other splits
    Examples.write(folder / "examples", "test", split)
    examples = seal(Examples, folder / "examples")
    evaluation, blessing = make_output(Evaluation, folder / "evaluation"), make_output(Blessing, folder / "blessing")
    calibration = make_calibration(folder / "calibration", least=least)
    config = EvaluateConfig(metrics=list(metrics), gate=Gate.model_validate(gate or {}), per_kind=0)
    evaluate(model, examples, calibration, evaluation, blessing, config, champion, strangers)
    return Evaluated(Evaluation(evaluation.path), Blessing(blessing.path), model, examples)


LABELS: list[int] = np.random.default_rng(1).integers(0, 10, 400).tolist()
GREYS = random_greys(len(LABELS))
PROBABILITIES: NDArray[np.float64] = softmax(GREYS / 255 * STRENGTH, axis=1)
READ = GREYS.argmax(axis=1)
NOTHING = pictures([], random_greys(0))
RULES = {
    "accuracy": {"at_least": 0.05},
    "recall": {"at_least": 0, "of": "per_digit"},
    "log_loss": {"at_most": 9},
}
