"""Report section on risk and coverage: the error rate when only the most confident answers are accepted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from learning.evaluation.risk_coverage import take_surest
from pipeline.report.html.markup import Html, element, figure, joined, paragraph, table
from pipeline.report.html.plots import OperatingPoint, plot_risk_coverage
from pipeline.report.html.words import interval_in_words, percent
from pipeline.report.material import Material, MissingError

if TYPE_CHECKING:
    from pipeline.report.material import Predictions
    from schemas.artifacts.evaluation import CoveragePoint, Metrics

__all__ = ["risk_coverage"]

DRAWN = range(5000, 10001, 25)  # coverages at which the curve is drawn, in ten-thousandths


def risk_coverage(material: Material) -> Html:
    """Return the risk-coverage curve, the area under it, and its figures beside those of the decision."""
    found = material.metrics
    if not found.count:
        raise MissingError("There are no test pictures.")
    if found.risk_coverage is None:
        raise MissingError("This evaluation did not measure risk and coverage.")
    first = {
        each.count: each for each in reversed(found.risk_coverage.points)
    }  # with few pictures, several coverages round to the same count
    points = [_operating_point(each) for each in sorted(first.values(), key=lambda each: -each.count)]
    decision = _decision(found)
    intro = (
        "If only the most confident answers are accepted, fewer of them are wrong. The area under the risk-coverage "
        f"curve (AURC), the mean share misread over all coverages, is {found.risk_coverage.aurc:.6f}; 0 is best."
    )
    caption = (
        "The share misread among accepted answers, with 95 % intervals. The table shows the lowest accepted "
        "confidence; predict and score print the confidence of each answer. The square is the decision in use: it "
        f"also refuses whatever is unlike any {material.noun}, which is meant for other pictures and gains little here."
    )
    drawn = figure(plot_risk_coverage(_curve(material.predictions), points, decision), caption)
    return joined(paragraph(intro), element("div", drawn, _rows(points, decision), class_="pair"))


def _operating_point(point: CoveragePoint) -> OperatingPoint:
    least = math.floor(10000 * point.confidence) / 10000  # rounding up would exclude some of them
    return OperatingPoint(
        point.coverage, point.count, point.count - round(point.accuracy * point.count), f"from {least:.4f}"
    )


def _decision(found: Metrics) -> OperatingPoint | None:
    if found.coverage is None or found.answered_accuracy is None or not found.answered:
        return None
    wrong = found.answered - round(found.answered_accuracy * found.answered)
    return OperatingPoint(found.coverage, found.answered, wrong, "decision in use")


def _curve(predictions: Predictions) -> tuple[list[float], list[float]]:
    _, misread = take_surest(predictions.probabilities, predictions.labels)
    count = len(misread)
    taken = sorted({-(-count * share // 10000) for share in DRAWN})
    return [each / count for each in taken], [int(misread[each - 1]) / each for each in taken]


def _rows(points: list[OperatingPoint], decision: OperatingPoint | None) -> Html:
    rows = [
        (
            joined(f"{100 * each.coverage:.1f} %", element("small", each.which)),
            f"{each.wrong:,} of {each.count:,}",
            joined(percent(1 - each.misread), element("small", _right(each))),
        )
        for each in (*points, *([decision] if decision else []))
    ]
    header = ("answered", "misread", "read right")
    return table("Risk and coverage, with 95 % intervals", header, rows, numbers=(0, 1, 2))


def _right(point: OperatingPoint) -> str:
    low, high = point.interval
    return interval_in_words("accuracy", (1 - high, 1 - low))
