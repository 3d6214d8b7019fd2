"""Plots of a report: inline SVG by matplotlib, in the colours of the page, light or dark."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learning.evaluation.intervals import wilson
from pipeline.report.html.markup import Html, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.report.html.reliability import Bin
    from schemas.artifacts.model import History

__all__ = ["OperatingPoint", "plot_errors", "plot_losses", "plot_reliability", "plot_risk_coverage"]

# Placeholders for matplotlib, replaced by CSS variables, which follow the page's light or dark mode.
INK, SOFT, FIRST, SECOND = "#010203", "#040506", "#070809", "#0a0b0c"
COLOURS = {INK: "currentColor", SOFT: "var(--soft)", FIRST: "var(--first)", SECOND: "var(--second)"}
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": SOFT,
    "grid.alpha": 0.35,
    "grid.linewidth": 0.5,
    "legend.frameon": False,
}
SIZE = (4.7, 3.2)  # inches: on a phone the labels are as large as the page's captions
HEAD = re.compile(r".*?<svg[^>]*viewBox=\"([^\"]+)\"[^>]*>", re.DOTALL)
METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
NAME = re.compile(r'<g id="[^"]*"')
FONT = re.compile(r"font: ([\d.]+)px [^;\"]*")


@dataclass(frozen=True)
class OperatingPoint:
    """The accepted answers at one point of the risk-coverage curve.

    Attributes:
        coverage: their share of all pictures, 0 to 1.
        count: their number, at least 1.
        wrong: how many of them are misread.
        which: description of the point.
    """

    coverage: float
    count: int
    wrong: int
    which: str

    @property
    def misread(self) -> float:
        """The share misread, 0 to 1."""
        return self.wrong / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of that share."""
        return wilson(self.wrong, self.count, 0.95)


def plot_reliability(bins: Sequence[Bin]) -> Html:
    """Plot accuracy over confidence with 95 % intervals, and the number of pictures in each bin."""

    def draw(figure: Any) -> None:  # noqa: ANN401  (matplotlib's Figure)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        sure, right = [each.confidence for each in bins], [each.accuracy for each in bins]
        reach = [
            [each.accuracy - each.interval[0] for each in bins],
            [each.interval[1] - each.accuracy for each in bins],
        ]
        upper.plot((0, 1), (0, 1), "--", color=SOFT, linewidth=1, label="perfectly calibrated")
        upper.errorbar(sure, right, reach, fmt="o", color=FIRST, markersize=4, capsize=2, label="measured, 95 %")
        upper.set(ylabel="read right", ylim=(-0.02, 1.04), xlim=(0, 1.01))
        figure.legend(loc="outside upper right", ncols=2)
        lower.bar([each.middle for each in bins], [each.count for each in bins], 0.055, color=SECOND)
        lower.set(xlabel="confidence", ylabel="pictures", yscale="log")
        for axes in (upper, lower):
            axes.grid(axis="y")

    description = "; ".join(f"{each.confidence:.0%} sure: {each.accuracy:.0%} of {each.count} right" for each in bins)
    return _svg("reliability", "Reliability diagram", description, draw, (SIZE[0], 3.9))


def plot_risk_coverage(
    curve: tuple[list[float], list[float]], points: Sequence[OperatingPoint], decision: OperatingPoint | None
) -> Html:
    """Plot the share misread over coverage, and mark the decision in use.

    Args:
        curve: coverages, and the share misread at each, 0 to 1.
        points: points of the curve to draw with 95 % intervals.
        decision: the point of the calibrated decision; None if it is not on record.
    """

    def draw(figure: Any) -> None:  # noqa: ANN401  (matplotlib's Figure)
        axes = figure.subplots()
        whole = ([100 * each for each in part] for part in curve)
        axes.plot(*whole, color=FIRST, linewidth=1.5, label="most confident first, 95 %")
        reach = [[100 * abs(each.misread - each.interval[end]) for each in points] for end in (0, 1)]
        centres = [100 * each.coverage for each in points], [100 * each.misread for each in points]
        axes.errorbar(*centres, reach, fmt="o", color=FIRST, markersize=4, capsize=2, linewidth=1, clip_on=False)
        if decision:
            at = 100 * decision.coverage, 100 * decision.misread
            axes.plot(*at, "s", color=SECOND, markersize=6, label="decision in use")
        axes.set(xlabel="answered, in %", ylabel="of these misread, in %")
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        axes.legend(loc="upper left")

    description = "; ".join(f"{each.coverage:.1%} answered: {each.misread:.2%} of these misread" for each in points)
    return _svg("selection", "Risk-coverage curve", description, draw)


def plot_losses(history: History) -> Html:
    """Plot training and validation loss over steps."""
    rounds = history.rounds
    return _plot_curves(
        "loss",
        history,
        [each.loss for each in rounds],
        [each.validation_loss for each in rounds],
        "Loss, in nats",
        f"Validation loss from {rounds[0].validation_loss:.3f} to {rounds[-1].validation_loss:.3f}",
    )


def plot_errors(history: History) -> Html:
    """Plot the share misread of training and validation pictures over steps."""
    rounds = history.rounds
    first, last = (1 - each.validation_accuracy for each in (rounds[0], rounds[-1]))
    return _plot_curves(
        "misread",
        history,
        [100 * (1 - each.accuracy) for each in rounds],
        [100 * (1 - each.validation_accuracy) for each in rounds],
        "Misread, in %",
        f"Share of validation pictures misread from {first:.2%} to {last:.2%}",
    )


def _plot_curves(  # noqa: PLR0913, PLR0917  (two curves and their labels)
    name: str, history: History, training: list[float], validation: list[float], label: str, description: str
) -> Html:
    steps = [each.step for each in history.rounds]

    def draw(figure: Any) -> None:  # noqa: ANN401  (matplotlib's Figure)
        axes = figure.subplots()
        axes.plot(steps, training, "s--", color=SECOND, markersize=4, linewidth=1.2, label="training, distorted")
        axes.plot(steps, validation, "o-", color=FIRST, markersize=4, linewidth=1.5, label="validation")
        kept = steps[history.best], validation[history.best]
        axes.plot(*kept, "o", markerfacecolor="none", markersize=11, color=INK, label="kept")
        axes.set(xlabel="step", ylabel=label)
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        axes.legend()

    return _svg(
        name,
        f"Learning curves: {name}",
        f"{description} in {len(steps)} rounds; kept: step {steps[history.best]}",
        draw,
    )


def _svg(name: str, title: str, description: str, draw: Any, size: tuple[float, float] = SIZE) -> Html:  # noqa: ANN401
    """Return a figure as an inline SVG element; equal figures give equal bytes."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    library: Any = mpl
    written = io.StringIO()
    with library.rc_context({**STYLE, "svg.hashsalt": name}):
        figure: Any = Figure(figsize=size, layout="constrained")
        draw(figure)
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = written.getvalue()
    head = HEAD.match(text)
    box = head[1] if head else ""
    body = METADATA.sub("", text[head.end() if head else 0 : text.rindex("</svg>")])
    body = FONT.sub(r"font-size: \1px", NAME.sub("<g", body)).replace("xlink:href", "href")
    for stand_in, colour in COLOURS.items():
        body = body.replace(stand_in, colour)
    about = element("title", title, id=f"{name}-title") + element("desc", description, id=f"{name}-description")
    ids = f"{name}-title {name}-description"
    return Html(f'<svg class="plot" viewBox="{box}" role="img" aria-labelledby="{ids}">{about}{body}</svg>')
