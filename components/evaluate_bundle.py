"""Evaluate an exported model, wherever it was made, on the test split, and judge it by the gate."""

from __future__ import annotations

from learning.evaluation.settings import EvaluateConfig
from schemas.artifacts.artifact import Output
from schemas.artifacts.blessing import Blessing
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.evaluation import Evaluation
from schemas.artifacts.examples import Examples
from schemas.errors import StageError
from schemas.progress import report_part

__all__ = ["EvaluateConfig", "evaluate_bundle"]


def evaluate_bundle(  # noqa: PLR0913, PLR0917  (inputs are named one by one)
    bundle: Bundle,
    examples: Examples,
    evaluation: Output[Evaluation],
    blessing: Output[Blessing],
    config: EvaluateConfig,
    champion: Bundle | None = None,
    strangers: Examples | None = None,
) -> None:
    """Read the test split with a bundle's LiteRT model, and write the metrics and the gate's verdict.

    Args:
        bundle: the model to judge.
        examples: holds the test split.
        evaluation: receives metrics and predictions.
        blessing: receives the verdict.
        config: the settings.
        champion: the promoted bundle to compare with.
        strangers: pictures that are not digits, such as Fashion-MNIST.

    Raises:
        StageError: the bundle does not say what it was trained on, or reads other classes than the examples have.
        InputError: the bundle or the champion is damaged.
    """
    from inference.litert.network import count_weights
    from inference.model.reader import Reader
    from learning.evaluation.assess import Candidate, assess

    report_part("loading the model")
    reader = Reader(bundle.path)
    trained_on = bundle.trained_on
    if trained_on is None:
        raise StageError(
            "the bundle does not say which pictures it was trained on: it may have seen the test pictures",
            found=f"no {Bundle.TRAINED_ON}",
            do="have it exported again by this version of digits",
        )
    loaded = reader.bundle
    candidate = Candidate(
        reader, loaded.calibration, count_weights(loaded.model), trained_on, {"bundle": loaded.content}
    )
    assess(candidate, examples, evaluation, blessing, config, champion, strangers)
