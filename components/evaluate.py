"""Evaluate a model on the test split and judge it by the gate."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field, NonNegativeInt, ValidationInfo, field_validator

from schemas.artifacts.artifact import Output
from schemas.artifacts.blessing import Blessing, Confusion, Verdict, WorstDigit
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.calibration import Calibration, CalibrationRecord
from schemas.artifacts.comparison import Comparison, Exposure
from schemas.artifacts.evaluation import DigitMetrics, Evaluation, Metrics, Tried
from schemas.artifacts.examples import Examples, Split
from schemas.artifacts.model import Model
from schemas.errors import InputError, StageError
from schemas.manifest import hash_files
from schemas.progress import report_part, tell
from schemas.settings.config import Config, FunctionName
from schemas.settings.gate import EACH_KIND, Gate, unknown_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learning.evaluation.metrics import Figure, Figures
    from learning.evaluation.orientation import Lie
    from learning.evaluation.trials import ModelReader

__all__ = ["EvaluateConfig", "evaluate"]

SPLIT = "test"
CONFIDENCE = 0.95  # of the intervals reported with the metrics
WORST_DIGITS, WORST_CONFUSIONS = 3, 5
FAR, FEW = 0.1, 100  # excess in the share refused that causes a warning; a validation split below this is too small


class EvaluateConfig(Config):
    """Settings of the evaluate stage."""

    metrics: list[FunctionName] = Field(default_factory=list[FunctionName], json_schema_extra={"code": True})
    """Metrics of your own: functions of labels and probabilities, such as `mymetrics.worst_pair` for
    `def worst_pair(labels, probabilities)` in mymetrics.py beside pipeline.yaml."""
    gate: Gate = Field(default_factory=Gate)
    """The rules; a model is blessed if there is at least one rule and it meets them all."""
    per_kind: NonNegativeInt = 10
    """Pictures rendered for each robustness kind, and for each kind that is not a digit; 0 for none."""
    seed: NonNegativeInt = 0
    """Of the renderer and of the bootstrap."""

    @field_validator("metrics")
    @classmethod
    def _check_names(cls, metrics: list[str]) -> list[str]:
        names = [name.rpartition(".")[2] for name in metrics]
        for name in names:
            if name in {*Metrics.__struct_fields__, *Gate.model_fields} or names.count(name) > 1:
                raise ValueError(f"there are two metrics of the name {name}: rename the function")
        return metrics

    @field_validator("gate")
    @classmethod
    def _check_own(cls, gate: Gate, info: ValidationInfo) -> Gate:
        known = [name.rpartition(".")[2] for name in info.data.get("metrics", [])]
        if unknown := [name for name in gate.metrics if name not in known]:
            raise unknown_key("metrics", unknown[0], known)
        return gate

    @field_validator("gate")
    @classmethod
    def _check_kinds(cls, gate: Gate) -> Gate:
        if not (gate.robustness or gate.refusals):
            return gate  # the renderer and all that reads pictures stay out of commands that run nothing
        from learning.evaluation.trials import NOT_DIGITS, STRANGERS
        from learning.synthetic.robustness import KINDS

        for name, given, kinds in (
            ("robustness", gate.robustness, KINDS),
            ("refusals", gate.refusals, [*NOT_DIGITS, STRANGERS]),
        ):
            known = [EACH_KIND, *kinds]
            if unknown := [kind for kind in given if kind not in known]:
                raise unknown_key(name, unknown[0], known)
        return gate


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

    Pictures that the model was trained on are left out; it is compared with the champion on those that neither was
    trained on.

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
    from learning.evaluation.exposure import find_seen, measure_exposure, trained_on
    from learning.evaluation.gate import Evidence, judge
    from learning.evaluation.metrics import Figures
    from learning.evaluation.own_metrics import measure_own
    from learning.evaluation.trials import STRANGERS, ModelReader, measure_strangers

    report_part("loading the model")
    whole = examples.read(SPLIT)
    _check_classes(whole, model)
    own = find_seen(whole, trained_on(model, examples))
    split = _without(whole, own)
    network = model.load()
    reader = ModelReader(network, calibration, split.classes)
    decisions = reader.read(split.images, "test pictures")
    figures = Figures(split.labels, decisions.probabilities, decisions.refused, config.seed)
    robustness, refusals = _measure_synthetic(split, reader, config)
    if strangers:
        refusals[STRANGERS] = measure_strangers(strangers.read(SPLIT), reader)
    if champion:
        report_part("comparison with the champion")
    before = _read_champion(champion, split) if champion else None
    known = champion.trained_on if champion else None
    seen = find_seen(whole, known)
    comparison = _compare(split, decisions.read.tolist(), champion, before, seen[~own], config.seed)
    exposure = measure_exposure(own, champion, seen, known=known is not None)
    report_part("metrics")
    own = measure_own(config.metrics, figures, config.seed)
    parameters = int(network.count_params())
    warnings = _warn_exposed(exposure) + _warn(figures, calibration.record)
    metrics = _measure(split, figures, own, robustness, refusals, parameters, warnings, exposure.model)
    for warning in metrics.warnings:
        tell(f"warning: {warning}")
    report_part("gate")
    evidence = Evidence(
        figures,
        split,
        examples.values,
        parameters,
        own,
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
    verdict = Verdict.of(
        results,
        model=model.digest,
        examples=examples.digest,
        evaluation=Evaluation.content(evaluation.path, hash_files(evaluation.path)),
        calibration=calibration.digest,
        worst_digits=_worst_digits(metrics),
        worst_confusions=_worst_confusions(metrics),
        comparison=comparison,
        exposure=exposure,
    )
    Blessing.write(blessing.path, verdict)


def _check_classes(split: Split, model: Model) -> None:
    if split.classes != model.classes:
        raise StageError(
            "the model and the examples have different classes",
            found=f"{', '.join(split.classes)} in the examples",
            expected=f"{', '.join(model.classes)}, as in the model",
        )


def _without(split: Split, seen: NDArray[np.bool_]) -> Split:
    """Return a split without the pictures that were seen."""
    import numpy as np

    return split.take(np.flatnonzero(~seen)) if seen.any() else split


def _read_champion(champion: Bundle, split: Split) -> list[str]:
    from learning.evaluation.comparison import read_champion

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


def _measure_synthetic(
    split: Split, reader: ModelReader, config: EvaluateConfig
) -> tuple[dict[str, Tried], dict[str, Tried]]:
    from learning.evaluation.trials import measure_refusals, measure_robustness

    if not (config.per_kind and len(split)):
        return {}, {}
    return (
        measure_robustness(split, reader, per_kind=config.per_kind, seed=config.seed),
        measure_refusals(split, reader, count=config.per_kind, seed=config.seed),
    )


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


def _measure(  # noqa: PLR0913, PLR0917  (fields of one record)
    split: Split,
    figures: Figures,
    own: dict[str, Figure],
    robustness: dict[str, Tried],
    refusals: dict[str, Tried],
    parameters: int,
    warnings: list[str],
    left_out: int,
) -> Metrics:
    from learning.evaluation.metrics import PER_DIGIT, SCALARS, shares
    from learning.evaluation.risk_coverage import measure_risk_coverage

    each = {name: dict(zip(split.classes, figures.per_digit(name), strict=True)) for name in PER_DIGIT}
    whole = {name: figures.get(name) for name in SCALARS}
    kinds = {"robustness": shares(robustness), "refusals": shares(refusals)}
    parts = {f"{name}.{part}": figure for name, all_of in (each | kinds).items() for part, figure in all_of.items()}
    counts = figures.confusion.sum(axis=1).tolist()
    return Metrics(
        split=SPLIT,
        count=len(split),
        trained_on=left_out,
        **{name: _number(figure) for name, figure in whole.items()},
        answered=whole["answered_accuracy"].count,
        own={name: _number(figure) for name, figure in own.items()},
        risk_coverage=measure_risk_coverage(figures.probabilities, figures.labels),
        parameters=parameters,
        slices=[],  # which the gate measures
        warnings=warnings,
        intervals={
            name: figure.interval(CONFIDENCE) for name, figure in (whole | own | parts).items() if _is_finite(figure)
        },
        robustness={kind: figure.value for kind, figure in kinds["robustness"].items()},
        refusals={kind: figure.value for kind, figure in kinds["refusals"].items()},
        robustness_tried=robustness,
        refusals_tried=refusals,
        per_digit={
            name: DigitMetrics(count=count, **{rate: _number(each[rate][name]) for rate in PER_DIGIT})
            for name, count in zip(split.classes, counts, strict=True)
        },
        confusion=figures.confusion.tolist() if len(split) else [],
    )


def _is_finite(figure: Figure) -> bool:
    return math.isfinite(figure.value)


def _number(figure: Figure) -> float | None:
    """Return the value, or None if it is NaN, which JSON cannot represent."""
    return figure.value if _is_finite(figure) else None


def _worst_digits(metrics: Metrics) -> list[WorstDigit]:
    digits = [
        WorstDigit(digit=name, count=each.count, wrong=round(each.count * (1 - each.recall)))
        for name, each in metrics.per_digit.items()
        if each.recall is not None and each.recall < 1
    ]
    return sorted(digits, key=lambda digit: -digit.wrong / digit.count)[:WORST_DIGITS]


def _worst_confusions(metrics: Metrics) -> list[Confusion]:
    names = list(metrics.per_digit)
    confusions = [
        Confusion(digit=names[i], read=names[j], count=count)
        for i, row in enumerate(metrics.confusion)
        for j, count in enumerate(row)
        if i != j and count
    ]
    return sorted(confusions, key=lambda confusion: -confusion.count)[:WORST_CONFUSIONS]
