"""A metric of the user's is measured with an interval, judged like any other, and fails where it returns no number."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from components.evaluate import EvaluateConfig
from learning.evaluation.gate import judge
from learning.evaluation.metrics import Figure, Figures
from learning.evaluation.own_metrics import DRAWS, measure_own
from schemas.errors import StageError
from schemas.settings.gate import Gate
from tests.learning.evaluation.gate.evidence import PERFECT

COUNT = 200
WRONG = 20
HEADER = "import numpy as np\n\n\ndef missed(labels, probabilities):\n    "
MISSED = "return np.mean(probabilities.argmax(axis=1) != labels)"


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Figure]:
    """Return a function that measures pictures, a tenth of them misread, by a metric with this body."""
    monkeypatch.syspath_prepend(tmp_path)
    name = f"metrics_of_{tmp_path.name.replace('-', '_')}"
    labels = np.arange(COUNT, dtype=np.int32) % 10
    probabilities = np.eye(10, dtype=np.float32)[(labels + (np.arange(COUNT) < WRONG)) % 10]
    figures = Figures(labels, probabilities, np.zeros(COUNT, bool), seed=0)

    def measure(body: str) -> Figure:
        (tmp_path / f"{name}.py").write_text(HEADER + body, encoding="utf-8")
        return measure_own([f"{name}.missed"], figures, seed=0)["missed"]

    return measure


def test_the_figure_is_that_of_the_function(measured: Callable[[str], Figure]) -> None:
    """It is measured on all pictures."""
    figure = measured(MISSED)
    assert (figure.value, figure.count) == (WRONG / COUNT, COUNT)


def test_the_interval_is_that_of_a_bootstrap(measured: Callable[[str], Figure]) -> None:
    """For a share, whose spread is known, its half width is 1.96 standard deviations, to a tenth."""
    low, high = measured(MISSED).interval(0.95)
    deviation = math.sqrt(WRONG / COUNT * (1 - WRONG / COUNT) / COUNT)
    assert (high - low) / 2 == pytest.approx(1.96 * deviation, rel=0.1)


def test_the_interval_is_the_same_each_time(measured: Callable[[str], Figure]) -> None:
    """The bootstrap is seeded, so a repeated run reaches the same verdict."""
    assert measured(MISSED).interval(0.9) == measured(MISSED).interval(0.9)


def test_the_bootstrap_is_drawn_once(measured: Callable[[str], Figure], tmp_path: Path) -> None:
    """Intervals of two levels ask the function once on all pictures, and once for each sample."""
    figure = measured(f"with open({str(tmp_path / 'calls')!r}, 'a') as file:\n        file.write('.')\n    {MISSED}")
    _ = figure.interval(0.9), figure.interval(0.95)
    assert len((tmp_path / "calls").read_text()) == 1 + DRAWS


def test_samples_where_it_is_not_defined_are_left_out(measured: Callable[[str], Figure]) -> None:
    """Samples with fewer pictures of a digit than there are have no figure; the interval is of the others."""
    figure = measured("return 0.5 if (labels == 0).sum() >= 20 else float('nan')")
    assert (figure.value, figure.interval(0.95)) == (0.5, (0.5, 0.5))


@pytest.mark.parametrize(
    ("body", "headline", "found"),
    [
        ("return None", "returns no number", "NoneType"),
        ("return [1, 2]", "returns no number", "list: [1, 2]"),
        ("return 1 / 0", "failed", "ZeroDivisionError: division by zero"),
        ("labels[:] = 0", "failed", "read-only"),
        ("return (", "cannot be imported", "SyntaxError"),
    ],
)
def test_a_function_that_fails_is_named(
    measured: Callable[[str], Figure], body: str, headline: str, found: str
) -> None:
    """The error names the function and says what it did."""
    with pytest.raises(StageError, match=rf"\.missed {headline}") as caught:
        measured(body)
    assert found in caught.value.found


@pytest.mark.parametrize(
    ("rule", "passed"),
    [({"at_most": 0.2}, True), ({"at_most": 0.12, "on": "upper"}, False), ({"at_least": -1, "on": "lower"}, True)],
)
def test_a_rule_is_like_any_other(measured: Callable[[str], Figure], rule: dict[str, object], *, passed: bool) -> None:
    """It bounds the figure or an end of its interval, and the result has its name."""
    gate = Gate.model_validate({"metrics": {"missed": rule}})
    [result] = judge(gate, replace(PERFECT, own={"missed": measured(MISSED)}))
    assert (result.metric, result.actual, result.passed, bool(result.reason)) == ("missed", 0.1, passed, not passed)


def test_a_figure_that_is_not_a_number_refuses(measured: Callable[[str], Figure]) -> None:
    """The gate fails closed, whether the metric is not a number or was not measured."""
    gate = Gate.model_validate({"metrics": {"missed": {"at_most": 9}}})
    for own in ({"missed": measured("return float('nan')")}, {}):
        [result] = judge(gate, replace(PERFECT, own=own))
        assert (result.passed, result.reason) == (False, "missed is not a number")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"metrics": ["mine.accuracy"]}, "there are two metrics of the name accuracy: rename the function"),
        ({"metrics": ["mine.worst", "other.worst"]}, "there are two metrics of the name worst"),
        ({"metrics": ["worst"]}, "String should match pattern"),
        ({"metrics": ["mine.worst"], "gate": {"metrics": {"wosrt": {"at_most": 1}}}}, "metrics has no wosrt"),
        ({"gate": {"metrics": {"worst": {"at_most": 1}}}}, "metrics has no worst"),
        ({"metrics": ["mine.worst"], "gate": {"metrics": {"worst": {}}}}, "a rule needs at_least or at_most"),
    ],
)
def test_an_invalid_setting_is_refused(settings: dict[str, object], message: str) -> None:
    """A name that is taken, a rule on a metric that is not listed, or a rule without bounds is refused."""
    with pytest.raises(ValidationError, match=message):
        EvaluateConfig.model_validate(settings)
