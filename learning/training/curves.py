"""Plot the learning curves of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.artifacts.model import History

__all__ = ["draw_curves"]


def draw_curves(history: History, path: Path) -> None:
    """Plot training and validation loss and error rate over the steps, as a PNG file.

    Training figures may be worse than validation figures: distortion and dropout apply to training only.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    losses, errors = figure.subplots(1, 2)
    steps, best = [each.step for each in history.rounds], history.rounds[history.best]
    losses.plot(steps, [each.loss for each in history.rounds], ".-", label="training (augmented)")
    losses.plot(steps, [each.validation_loss for each in history.rounds], ".-", label="validation")
    losses.plot(best.step, best.validation_loss, "o", mfc="none", ms=12, color="black", label="kept")
    errors.plot(steps, [1 - each.accuracy for each in history.rounds], ".-")
    errors.plot(steps, [1 - each.validation_accuracy for each in history.rounds], ".-")
    errors.plot(best.step, 1 - best.validation_accuracy, "o", mfc="none", ms=12, color="black")
    for axes, title in ((losses, "loss"), (errors, "misread")):
        axes.set(yscale="log", xlabel="step", title=title)
        axes.grid(which="both", alpha=0.2)
    errors.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    errors.yaxis.set_minor_formatter("")
    losses.legend()
    figure.savefig(path, dpi=110)
