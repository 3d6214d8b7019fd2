"""Report sections on a model: metrics, confusion matrix, each digit, calibration, learning curves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pipeline.report.html.markup import Html, details, element, figure, joined, paragraph, table
from pipeline.report.html.plots import plot_errors, plot_losses, plot_reliability
from pipeline.report.html.reliability import bins_of
from pipeline.report.html.words import UNBROKEN, figure_in_words, interval_in_words, percent, plural, readable
from pipeline.report.material import Material, MissingError

if TYPE_CHECKING:
    from schemas.artifacts.evaluation import Metrics

__all__ = ["calibration", "confusions", "curves", "digits", "metrics"]

MEANINGS = {
    "accuracy": "share of pictures read right",
    "precision": "of the pictures read as a class, the share that show it; mean over the classes",
    "recall": "of the pictures of a class, the share read as it; mean over the classes",
    "f1": "harmonic mean of precision and recall; mean over the classes",
    "log_loss": "mean negative log-probability of the right class, in nats; 0 is best",
    "calibration_error": "expected gap between confidence and accuracy; 0 is best",
    "coverage": "share of pictures answered, rather than “unsure”",
    "answered_accuracy": "share of answered pictures read right",
}


def metrics(material: Material) -> Html:
    """Return every metric with its interval and meaning."""
    found = material.metrics
    rows = [
        (
            joined(readable(name), element("small", MEANINGS.get(name, "a metric of your own"))),
            figure_in_words(name, value),
            interval_in_words(name, found.intervals.get(name)) or "not on record",
        )
        for name, value in found.scalars().items()
    ]
    intro = f"On the {plural(found.count, 'picture')} of the {found.split} split, which training never saw."
    if found.trained_on:
        intro += f" {plural(found.trained_on, 'picture')} that it did see are left out."
    if found.parameters:
        intro += f" The network has {found.parameters:,} parameters."
    header = ("metric", "value", "95 % interval")
    return joined(paragraph(intro), table("Metrics", header, rows, numbers=(1, 2)))


def confusions(material: Material) -> Html:
    """Return the confusion matrix, misreadings shaded by their number."""
    found = material.metrics
    if not found.confusion:
        raise MissingError("There are no test pictures.")
    intro = "Rows are what the pictures show, columns what was read; a stronger colour means more misreadings."
    scrolls = element("div", _matrix(found), class_="scroll", role="group", tabindex="0", aria_label="Confusion matrix")
    return joined(paragraph(intro, class_="about"), scrolls)


def _matrix(found: Metrics) -> Html:
    names = list(found.per_digit)
    most = max((n for i, row in enumerate(found.confusion) for j, n in enumerate(row) if i != j), default=0)
    corner = element("th", "true \\ read", scope="col")
    head = element("tr", corner, *(element("th", name, scope="col", title=name) for name in names))
    rows = [
        element(
            "tr",
            element("th", names[i], scope="row", title=names[i]),
            *(_cell(n, most, f"{names[i]} read as {names[j]}: {n}", right=i == j) for j, n in enumerate(row)),
        )
        for i, row in enumerate(found.confusion)
    ]
    caption = element("caption", "Confusion matrix", class_="unseen")
    return element("table", caption, element("thead", head), element("tbody", *rows), class_="matrix")


def _cell(count: int, most: int, title: str, *, right: bool) -> Html:
    if right:
        return element("td", str(count), class_="right", title=title)
    if not count:
        return element("td", "·", class_="none", title=title)
    strength = 12 + 33 * math.log1p(count) / math.log1p(most)
    return element("td", str(count), class_="wrong", style=f"--strength:{strength:.0f}%", title=title)


def digits(material: Material) -> Html:
    """Return recall, precision and F1 of each digit, and the digits it is most often misread as."""
    found = material.metrics
    rows = [
        (
            joined(name, element("small", plural(each.count, "picture"))),
            *(_with_interval(rate, name, getattr(each, rate), found) for rate in ("recall", "precision", "f1")),
            _misread_as(found, i),
        )
        for i, (name, each) in enumerate(found.per_digit.items())
    ]
    header = (material.noun, "recall", "precision", "F1", "mostly misread as")
    return table(f"Each {material.noun}, with 95 % intervals", header, rows, numbers=(1, 2, 3))


def _with_interval(name: str, digit: str, value: float | None, found: Metrics) -> Html:
    interval = interval_in_words(name, found.intervals.get(f"{name}.{digit}"))
    return joined(figure_in_words(name, value), element("small", interval))


def _misread_as(found: Metrics, label: int) -> str:
    names = list(found.per_digit)
    row = found.confusion[label] if found.confusion else []  # no pictures, no matrix
    others = [(count, names[j]) for j, count in enumerate(row) if j != label and count]
    return (
        ", ".join(f"{name}{UNBROKEN}({count})" for count, name in sorted(others, key=lambda each: -each[0])[:3])
        or "nothing"
    )


def calibration(material: Material) -> Html:
    """Return the reliability diagram, and its figures as a table."""
    predictions = material.predictions
    bins = bins_of(predictions.confidence, predictions.right)
    if not bins:
        raise MissingError("There are no test pictures.")
    rows = [
        (
            percent(each.confidence),
            percent(each.accuracy),
            interval_in_words("accuracy", each.interval),
            f"{each.count:,}",
        )
        for each in bins
    ]
    header = ("mean confidence", "read right", "95 % interval", "pictures")
    caption = (
        "Accuracy by confidence; below, the number of pictures, on a logarithmic scale. "
        "On the dashed line the model is perfectly calibrated."
    )
    return joined(
        figure(plot_reliability(bins), caption),
        details("The figures behind the diagram", table("Reliability", header, rows, numbers=(0, 1, 2, 3))),
    )


def curves(material: Material) -> Html:
    """Return the learning curves, and the rounds as a table."""
    history = material.history
    rows = [
        (
            f"{each.step:,}" + (" (kept)" if i == history.best else ""),
            f"{each.loss:.4f}",
            f"{each.validation_loss:.4f}",
            percent(each.accuracy),
            percent(each.validation_accuracy),
        )
        for i, each in enumerate(history.rounds)
    ]
    header = ("step", "loss", "validation loss", "accuracy", "validation accuracy")
    caption = (
        "The circle marks the round whose weights were kept: the one with the lowest validation loss. "
        "Training scores are lower than validation scores if the training pictures are distorted."
    )
    whole = table("Rounds", header, rows, numbers=(0, 1, 2, 3, 4))
    if len(rows) == 1:
        return joined(paragraph("Validation was measured only once, so there is no curve."), whole)
    plots = element("div", plot_losses(history), plot_errors(history), class_="pair")
    return joined(figure(plots, caption), details("The figures behind the curves", whole))
