"""Turn what was measured on the test split into the record of an evaluation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from schemas.artifacts.blessing import Confusion, WorstDigit
from schemas.artifacts.evaluation import DigitMetrics, Metrics, Tried

if TYPE_CHECKING:
    from learning.evaluation.metrics import Figure, Figures
    from schemas.artifacts.examples import Split

__all__ = ["measure", "worst_confusions", "worst_digits"]

CONFIDENCE = 0.95  # of the intervals reported with the metrics
WORST_DIGITS, WORST_CONFUSIONS = 3, 5


def measure(  # noqa: PLR0913, PLR0917  (fields of one record)
    split: Split,
    figures: Figures,
    own: dict[str, Figure],
    robustness: dict[str, Tried],
    refusals: dict[str, Tried],
    parameters: int,
    warnings: list[str],
    left_out: int,
) -> Metrics:
    """Return the metrics of a model on the test split.

    Args:
        split: the pictures that the model was not trained on.
        figures: measured on them.
        own: metrics of the user's own, by name.
        robustness: counts for each robustness kind.
        refusals: counts for each kind of picture that is not a digit.
        parameters: number of the model's weights.
        warnings: about the model.
        left_out: number of test pictures that it was trained on.
    """
    from learning.evaluation.metrics import PER_DIGIT, SCALARS, shares
    from learning.evaluation.risk_coverage import measure_risk_coverage

    each = {name: dict(zip(split.classes, figures.per_digit(name), strict=True)) for name in PER_DIGIT}
    whole = {name: figures.get(name) for name in SCALARS}
    kinds = {"robustness": shares(robustness), "refusals": shares(refusals)}
    parts = {f"{name}.{part}": figure for name, all_of in (each | kinds).items() for part, figure in all_of.items()}
    counts = figures.confusion.sum(axis=1).tolist()
    return Metrics(
        split="test",
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


def worst_digits(metrics: Metrics) -> list[WorstDigit]:
    """Return at most 3 digits with misread pictures, the largest share misread first."""
    digits = [
        WorstDigit(digit=name, count=each.count, wrong=round(each.count * (1 - each.recall)))
        for name, each in metrics.per_digit.items()
        if each.recall is not None and each.recall < 1
    ]
    return sorted(digits, key=lambda digit: -digit.wrong / digit.count)[:WORST_DIGITS]


def worst_confusions(metrics: Metrics) -> list[Confusion]:
    """Return at most 5 confusions, the most frequent first."""
    names = list(metrics.per_digit)
    confusions = [
        Confusion(digit=names[i], read=names[j], count=count)
        for i, row in enumerate(metrics.confusion)
        for j, count in enumerate(row)
        if i != j and count
    ]
    return sorted(confusions, key=lambda confusion: -confusion.count)[:WORST_CONFUSIONS]
