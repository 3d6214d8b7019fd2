"""Judge a model on the test split by the gate, whatever form the model has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.model.answer import PictureReader
from schemas.artifacts.artifact import Output
from schemas.artifacts.blessing import Blessing, Verdict
from schemas.artifacts.calibration import CalibrationRecord
from schemas.artifacts.comparison import Comparison, Exposure
from schemas.artifacts.evaluation import Evaluation, Tried
from schemas.errors import InputError, StageError
from schemas.manifest import hash_files
from schemas.progress import report_part, tell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learning.evaluation.metrics import Figures
    from learning.evaluation.orientation import Lie
    from learning.evaluation.settings import EvaluateConfig
    from schemas.artifacts.bundle import Bundle
    from schemas.artifacts.evaluation import Metrics
    from schemas.artifacts.examples import Examples, Split
    from schemas.artifacts.picture_set import PictureSet
    from schemas.artifacts.rule_result import RuleResult

__all__ = ["Candidate", "assess"]

SPLIT = "test"
FAR, FEW = 0.1, 100  # excess in the share refused that causes a warning; a validation split below this is too small


@dataclass(frozen=True)
class Candidate:
    """A model to judge.

    Attributes:
        reader: reads pictures with it, exactly as its bundle does.
        record: the calibration that the reader decides by.
        parameters: number of its weights.
        trained_on: the pictures that it was fitted and selected on.
        digests: its content digests: of `model` and `calibration`, or of the `bundle`, as the verdict names them.
    """

    reader: PictureReader
    record: CalibrationRecord
    parameters: int
    trained_on: PictureSet
    digests: dict[str, str]


def assess(  # noqa: PLR0913, PLR0917  (what is judged, on what, and where it goes)
    candidate: Candidate,
    examples: Examples,
    evaluation: Output[Evaluation],
    blessing: Output[Blessing],
    config: EvaluateConfig,
    champion: Bundle | None,
    strangers: Examples | None,
) -> None:
    """Read the test split with a model, and write the metrics and the gate's verdict.

    Pictures that the model was trained on are left out; it is compared with the champion on those that neither was
    trained on.

    Args:
        candidate: the model to judge.
        examples: holds the test split.
        evaluation: receives metrics and predictions.
        blessing: receives the verdict.
        config: the settings.
        champion: the promoted bundle to compare with.
        strangers: pictures that are not digits, such as Fashion-MNIST.

    Raises:
        StageError: the model and the examples have different classes.
        InputError: the champion is damaged.
    """
    from learning.evaluation.exposure import find_seen
    from learning.evaluation.gate import Evidence, judge
    from learning.evaluation.measure import measure
    from learning.evaluation.metrics import Figures
    from learning.evaluation.own_metrics import measure_own

    whole, reader = examples.read(SPLIT), candidate.reader
    _check_classes(whole, reader)
    own = find_seen(whole, candidate.trained_on)
    split = _without(whole, own)
    report_part("test pictures", 0, len(split))
    decisions = reader.read(split.images)
    figures = Figures(split.labels, decisions.probabilities, decisions.refused, config.seed)
    robustness, refusals = _measure_trials(split, reader, config, strangers)
    before, comparison, exposure = _face_champion(whole, own, decisions.read.tolist(), champion, config.seed)
    report_part("metrics")
    of_own = measure_own(config.metrics, figures, config.seed)
    warnings = _warn_exposed(exposure) + _warn(figures, candidate.record)
    metrics = measure(split, figures, of_own, robustness, refusals, candidate.parameters, warnings, exposure.model)
    for warning in metrics.warnings:
        tell(f"warning: {warning}")
    report_part("gate")
    evidence = Evidence(
        figures,
        split,
        examples.values,
        candidate.parameters,
        of_own,
        robustness,
        refusals,
        comparison=comparison,
        exposure=exposure,
        seed=config.seed,
        lie=_look_at(split, champion) if config.gate.orientation else None,
    )
    results = judge(config.gate, evidence)
    metrics = metrics.changed(slices=[each for result in results for each in result.slices])
    Evaluation.write(evaluation.path, metrics, split, decisions.probabilities, decisions.refused, before)
    judged = candidate.digests | {
        "examples": examples.digest,
        "evaluation": Evaluation.content(evaluation.path, hash_files(evaluation.path)),
    }
    Blessing.write(blessing.path, _verdict(results, judged, metrics, comparison, exposure))


def _check_classes(split: Split, reader: PictureReader) -> None:
    if split.classes != reader.classes:
        raise StageError(
            "the model and the examples have different classes",
            found=f"{', '.join(split.classes)} in the examples",
            expected=f"{', '.join(reader.classes)}, as in the model",
        )


def _without(split: Split, seen: NDArray[np.bool_]) -> Split:
    """Return a split without the pictures that were seen."""
    import numpy as np

    return split.take(np.flatnonzero(~seen)) if seen.any() else split


def _face_champion(
    whole: Split, own: NDArray[np.bool_], read: list[int], champion: Bundle | None, seed: int
) -> tuple[list[str] | None, Comparison | None, Exposure]:
    """Read the pictures that the model was not trained on with the champion, and compare what the two read.

    Returns:
        What the champion reads, the comparison, and how many pictures each was trained on.
    """
    from learning.evaluation.exposure import find_seen, measure_exposure

    split = _without(whole, own)
    before = _read_champion(champion, split) if champion else None
    trained_on = champion.trained_on if champion else None
    seen = find_seen(whole, trained_on)
    comparison = _compare(split, read, champion, before, seen[~own], seed)
    return before, comparison, measure_exposure(own, champion, seen, known=trained_on is not None)


def _verdict(
    results: list[RuleResult],
    judged: dict[str, str],
    metrics: Metrics,
    comparison: Comparison | None,
    exposure: Exposure,
) -> Verdict:
    from learning.evaluation.measure import worst_confusions, worst_digits

    return Verdict.of(
        results,
        **judged,
        worst_digits=worst_digits(metrics),
        worst_confusions=worst_confusions(metrics),
        comparison=comparison,
        exposure=exposure,
    )


def _read_champion(champion: Bundle, split: Split) -> list[str]:
    from learning.evaluation.comparison import read_champion

    report_part("comparison with the champion")
    try:
        return read_champion(champion.path, split)
    except InputError as error:
        raise InputError(
            "the comparison with the champion failed",
            found=error.headline,
            do="digits verify; or rm artifacts/champion: no comparison, the next model counts as the first",
        ) from error


def _compare(  # noqa: PLR0913, PLR0917  (two models, and what they read)
    split: Split,
    read: list[int],
    champion: Bundle | None,
    before: list[str] | None,
    seen: NDArray[np.bool_],
    seed: int,
) -> Comparison | None:
    """Compare two models on the pictures that the champion was not trained on; None if none is left."""
    import numpy as np

    from learning.evaluation.comparison import compare

    if champion is None or not before or seen.all():
        return None
    rest = np.flatnonzero(~seen)
    names, theirs = [split.classes[read[i]] for i in rest], [before[i] for i in rest]
    return compare(
        split.take(rest),
        names,
        theirs,
        version=champion.path.name,
        content=champion.digest,
        seed=seed,
        classes=champion.classes,
    )


def _look_at(split: Split, champion: Bundle | None) -> Lie | None:
    """Return how the pictures lie: by the mean pictures of digits, or by a champion of the same classes."""
    from inference.model.reader import Reader
    from learning.evaluation.orientation import look_at, read_by_means
    from learning.synthetic.drawn_digits import DIGITS

    if split.classes == DIGITS:
        return look_at(split, read_by_means)
    if champion is None or champion.classes != split.classes:
        return None
    reader = Reader(champion.path)
    return look_at(split, lambda images: reader.read(images).read)


def _measure_trials(
    split: Split, reader: PictureReader, config: EvaluateConfig, strangers: Examples | None
) -> tuple[dict[str, Tried], dict[str, Tried]]:
    """Return what is read of rendered photos, and what is refused of pictures that are not digits, by kind."""
    from learning.evaluation.trials import STRANGERS, measure_refusals, measure_robustness, measure_strangers

    robustness: dict[str, Tried] = {}
    refusals: dict[str, Tried] = {}
    if config.per_kind and len(split):
        robustness = measure_robustness(split, reader, per_kind=config.per_kind, seed=config.seed)
        refusals = measure_refusals(split, reader, count=config.per_kind, seed=config.seed)
    if strangers:
        refusals[STRANGERS] = measure_strangers(strangers.read(SPLIT), reader)
    return robustness, refusals


def _warn(figures: Figures, calibration: CalibrationRecord) -> list[str]:
    """Warn if far more test pictures are refused than validation pictures, with the likely cause."""
    count, unsure = len(figures), int(figures.refused.sum())
    if not count or unsure / count - calibration.refused <= FAR:
        return []
    meant = f"{100 * calibration.refused:.0f} % of the {calibration.count:,} validation pictures"
    cause = (
        "too few validation pictures to set the threshold"
        if calibration.count < FEW
        else "the test pictures are less like the training pictures"
    )
    return [f"{100 * unsure / count:.0f} % of the {count:,} test pictures are unsure, but {meant}: {cause}"]


def _warn_exposed(exposure: Exposure) -> list[str]:
    """Warn if the model was trained on test pictures, which are left out."""
    found = f"{exposure.model:,} of the {exposure.test:,} test pictures"
    return [f"the model was trained on {found}: they are left out of all figures"] if exposure.model else []
