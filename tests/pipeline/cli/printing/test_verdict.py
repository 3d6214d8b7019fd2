"""The verdict of the gate in a terminal."""

from __future__ import annotations

from pipeline.cli.printing.verdict import verdict_lines
from schemas.artifacts.blessing import Verdict
from schemas.artifacts.rule_result import RuleResult, SliceFigure

MET = RuleResult(metric="accuracy", expected=">= 0.5", actual=0.9, count=40, passed=True, reason="")
FIRST = RuleResult(
    metric="champion", expected="better", actual=None, passed=True, reason="", note="first model: no comparison"
)

NIGHT, DAY = (
    SliceFigure(metric="accuracy", column="light", value=value, count=count, figure=figure, interval=interval)
    for value, count, figure, interval in (("night", 2000, 0.75, (0.7, 0.8)), ("day", 0, None, None))
)


def test_every_slice_has_a_line() -> None:
    """Below the rules, every slice has a line with its figure, interval and count, measured or not."""
    rule = MET.changed(of="light", part="night", slices=[NIGHT, DAY])
    lines = verdict_lines(Verdict.of([MET, rule], model="m", examples="e", evaluation="v"), kept=False)
    at = [line.split() for line in lines].index(["slice", "metric", "interval", "pictures"])
    assert lines[at + 1].split() == ["light", "night", "accuracy", "0.7500", "0.7000", "to", "0.8000", "2,000"]
    assert lines[at + 2].split() == ["light", "day", "accuracy", "not", "measured", "0"]


def test_a_rule_passed_without_a_comparison_is_not_met() -> None:
    """The headline counts `met` rules, and separately those that passed without a comparison."""
    lines = verdict_lines(Verdict.of([MET, FIRST], model="m", examples="e", evaluation="v"), kept=False)
    assert lines[0].endswith("BLESSED: 1 of 2 rules met, 1 passed without a comparison")
    assert [line.split()[0] for line in lines if "  accuracy" in line or "  champion" in line] == ["met", "passed"]


def test_the_headline_counts_rules_that_are_all_met() -> None:
    """If every rule is met, the headline counts them and adds nothing."""
    lines = verdict_lines(Verdict.of([MET, MET], model="m", examples="e", evaluation="v"), kept=False)
    assert lines[0].endswith("BLESSED: 2 of 2 rules met")
