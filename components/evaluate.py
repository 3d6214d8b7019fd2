"""Evaluate a model on the test split and judge it by the gate."""

from __future__ import annotations

from learning.evaluation.settings import EvaluateConfig
from schemas.artifacts.artifact import Output
from schemas.artifacts.blessing import Blessing
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.calibration import Calibration
from schemas.artifacts.evaluation import Evaluation
from schemas.artifacts.examples import Examples
from schemas.artifacts.model import Model
from schemas.progress import report_part

__all__ = ["EvaluateConfig", "evaluate"]


def evaluate(  # noqa: PLR0913, PLR0917  (inputs are named one by one)
    model: Model,
    examples: Examples,
    calibration: Calibration,
    evaluation: Output[Evaluation],
    blessing: Output[Blessing],
    config: EvaluateConfig,
    champion: Bundle | None = None,
    strangers: Examples | None = None,
) -> None:
    """Read the test split as the bundle will, and write the metrics and the gate's verdict.

    Args:
        model: the model to judge.
        examples: holds the test split.
        calibration: the model's calibration.
        evaluation: receives metrics and predictions.
        blessing: receives the verdict.
        config: the settings.
        champion: the promoted bundle to compare with.
        strangers: pictures that are not digits, such as Fashion-MNIST.

    Raises:
        StageError: the model and the examples have different classes.
        InputError: the champion is damaged.
    """
    from learning.evaluation.assess import Candidate, assess
    from learning.evaluation.exposure import trained_on
    from learning.evaluation.trials import ModelReader

    report_part("loading the model")
    network = model.load()
    candidate = Candidate(
        ModelReader(network, calibration, model.classes),
        calibration.record,
        int(network.count_params()),
        trained_on(model, examples),
        {"model": model.digest, "calibration": calibration.digest},
    )
    assess(candidate, examples, evaluation, blessing, config, champion, strangers)
