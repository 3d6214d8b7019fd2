"""Coverage against accuracy in a report: what holding back the least sure answers is worth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from learning.evaluation.risk_coverage import take_surest
from pipeline.report.html.markup import Html, element, figure, joined, paragraph, table
from pipeline.report.html.plots import Taken, plot_selection
from pipeline.report.html.words import interval_in_words, percent
from pipeline.report.material import Material, MissingError

if TYPE_CHECKING:
    from pipeline.report.material import Predictions
    from schemas.artifacts.evaluation import CoveragePoint, Metrics

__all__ = ["selection"]

DRAWN = range(5000, 10001, 25)  # shares of the pictures at which the curve is drawn, in ten thousandths


def selection(material: Material) -> Html:
    """Give the risk-coverage curve, its area, and its figures beside those of the decision."""
    found = material.metrics
    if not found.count:
        raise MissingError("There are no test pictures.")
    if found.risk_coverage is None:
        raise MissingError("This evaluation did not measure it.")
    first = {each.count: each for each in reversed(found.risk_coverage.points)}  # of few pictures 98 % are all
    points = [_taken(each) for each in sorted(first.values(), key=lambda each: -each.count)]
    decision = _decision(found)
    said = (
        "If only the answers that the model is surest of are taken, fewer of them are wrong. The area under the curve "
        f"(AURC), the mean share misread over all coverages, is {found.risk_coverage.aurc:.6f}; 0 is best."
    )
    caption = (
        "Of the answers taken, the share misread, with 95 % intervals; in the table, the confidence from which on they "
        "are taken, which predict and score give with each. The square is the decision as it is: it also holds back "
        "what is unlike any digit, which is meant for pictures of something else and buys little among digits."
    )
    drawn = figure(plot_selection(_curve(material.predictions), points, decision), caption)
    return joined(paragraph(said), element("div", drawn, _rows(points, decision), class_="pair"))


def _taken(point: CoveragePoint) -> Taken:
    least = math.floor(10000 * point.confidence) / 10000  # rounded up, it would leave some of them out
    return Taken(point.coverage, point.count, point.count - round(point.accuracy * point.count), f"from {least:.4f}")


def _decision(found: Metrics) -> Taken | None:
    if found.coverage is None or found.answered_accuracy is None or not found.answered:
        return None
    wrong = found.answered - round(found.answered_accuracy * found.answered)
    return Taken(found.coverage, found.answered, wrong, "as decided")


def _curve(predictions: Predictions) -> tuple[list[float], list[float]]:
    _, misread = take_surest(predictions.probabilities, predictions.labels)
    count = len(misread)
    taken = sorted({-(-count * share // 10000) for share in DRAWN})
    return [each / count for each in taken], [int(misread[each - 1]) / each for each in taken]


def _rows(points: list[Taken], decision: Taken | None) -> Html:
    rows = [
        (
            joined(f"{100 * each.coverage:.1f} %", element("small", each.which)),
            f"{each.wrong:,} of {each.count:,}",
            joined(percent(1 - each.misread), element("small", _right(each))),
        )
        for each in (*points, *([decision] if decision else []))
    ]
    header = ("answered", "misread", "read right")
    return table("Coverage against accuracy, with 95 % intervals", header, rows, numbers=(0, 1, 2))


def _right(taken: Taken) -> str:
    low, high = taken.interval
    return interval_in_words("accuracy", (1 - high, 1 - low))
