"""Plots of the report."""

from __future__ import annotations

import re

import numpy as np

from pipeline.report.html.plots import (
    COLOURS,
    OperatingPoint,
    plot_errors,
    plot_losses,
    plot_reliability,
    plot_risk_coverage,
)
from pipeline.report.html.reliability import bins_of
from schemas.artifacts.model import History


def test_the_same_figures_give_the_same_drawing(history: History) -> None:
    """Two plots of the same history are equal byte for byte."""
    assert plot_losses(history) == plot_losses(history)


def test_a_drawing_has_the_colours_of_the_page(history: History) -> None:
    """A plot uses only the page's colour variables, so that dark mode changes it."""
    drawn = plot_losses(history) + plot_errors(history)
    assert not any(stand_in in drawn for stand_in in COLOURS)
    assert set(re.findall(r"(?:fill|stroke): ([^;\"]+)", drawn)) <= {"none", *COLOURS.values()}


def test_plots_of_one_page_share_no_ids(history: History) -> None:
    """Two plots on a page have no element id in common."""
    first, second = (set(re.findall(r'id="([^"]+)"', drawn)) for drawn in (plot_losses(history), plot_errors(history)))
    assert first
    assert not first & second


def test_a_plot_describes_itself_in_words() -> None:
    """The description of the reliability diagram holds its figures."""
    bins = bins_of(np.array([0.9, 0.9, 0.5], np.float32), np.array([True, False, True]))
    assert "90% sure: 50% of 2 right" in plot_reliability(bins)


def test_the_decision_is_drawn_beside_the_curve() -> None:
    """The risk-coverage plot describes its points, and marks the decision in use if there is one."""
    points, decision = (
        [OperatingPoint(1.0, 200, 3, ""), OperatingPoint(0.5, 100, 0, "")],
        OperatingPoint(0.9, 180, 2, "in use"),
    )
    curve = [0.5, 1.0], [0.0, 0.015]
    drawn = plot_risk_coverage(curve, points, decision)
    assert "100.0% answered: 1.50% of these misread; 50.0% answered: 0.00% of these misread" in drawn
    assert "decision in use" in drawn
    assert "decision in use" not in plot_risk_coverage(curve, points, None)


def test_a_bin_summarises_its_pictures() -> None:
    """Each bin has the mean confidence, the accuracy and Wilson's interval of its pictures."""
    bins = bins_of(np.array([0.91, 0.93, 0.31], np.float32), np.array([True, False, True]))
    assert [(each.count, round(each.confidence, 2), each.accuracy) for each in bins] == [(1, 0.31, 1.0), (2, 0.92, 0.5)]
    assert bins[1].interval[0] < 0.1
    assert bins[1].interval[1] > 0.9


def test_a_confidence_of_one_has_a_bin() -> None:
    """A confidence of 1 falls into the last bin, and no pictures give no bins."""
    assert [each.count for each in bins_of(np.ones(3, np.float32), np.ones(3, np.bool_))] == [3]
    assert bins_of(np.zeros(0, np.float32), np.zeros(0, np.bool_)) == []
