"""The result of one rule of the gate, and rules in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from schemas.record import Record

__all__ = ["RuleResult", "SliceFigure", "needed", "tally"]

WITHOUT = {"champion": "a comparison", "orientation": "a measurement"}
EACH = {
    "": "",
    "all": "",
    "per_class": " of each class",
    "per_digit": " of each digit",
    "every_digit": " of each digit",
    "per_kind": " of each kind",
}
NEEDED = {"coverage": "more answered", "refusals": "more refused"}


class SliceFigure(Record):
    """A metric of one slice: of the test pictures with one value of a column."""

    metric: str
    column: str
    value: str
    count: int
    """Number of pictures of the slice."""
    figure: float | None
    """None if it is not a number, because there are no pictures to measure it on."""
    interval: tuple[float, float] | None
    """The figure's two-sided interval of the rule's confidence, which is 95 % unless the rule says otherwise."""


class RuleResult(Record, kw_only=True):
    """The result of one rule; for a rule on several parts (digits, kinds, slices), that of the worst part."""

    metric: str
    """accuracy, precision, recall, f1, log_loss, calibration_error, coverage, answered_accuracy, parameters,
    orientation, robustness, refusals, champion, or the name of a metric of the user's."""
    of: str = "all"
    """all, per_class, per_digit, per_kind, a kind, or a column of Examples; empty for the champion rule."""
    expected: str
    """The rule in words: 'lower >= 0.965'."""
    part: str = ""
    """The worst part, for a rule on several: '3', 'shadow', 'night'."""
    actual: float | None
    """The figure; for the champion rule, the difference in accuracy. None if it is not a number."""
    bound: float | None = None
    """The end of the interval that was judged; None if the figure itself was judged."""
    confidence: float | None = None
    """The level of that interval, or of McNemar's test."""
    count: int | None = None
    """Number of pictures it was measured on."""
    shortfall: float | None = None
    """By how much the judged value misses the rule, above 0; None if it is met or cannot be measured."""
    shortfall_pictures: int | None = None
    """How many more pictures must be right to meet the rule; None if that does not apply or no number would do."""
    failing: list[str] = []
    """The parts that miss the rule, for a rule on several."""
    slices: list[SliceFigure] = []
    """Every part of a rule on slices, judged or not, in the order of its values."""
    passed: bool
    """Whether the model meets the rule."""
    reason: str
    """Why it does not, naming every part that fails; empty if it does."""
    note: str = ""
    """A remark: 'first model: no comparison', 'too few pictures to tell'."""

    @property
    def parts(self) -> str | None:
        """What the rule is on, to say behind the metric: ' of each digit', '' for all; None for a kind or a column."""
        return EACH.get(self.of)

    @property
    def is_of_kind(self) -> bool:
        """Whether the rule is on pictures of a kind, such as those with a shadow or of noise."""
        return self.metric in {"robustness", "refusals"}

    @property
    def without(self) -> str:
        """What was missing when a rule passed unmet: 'a comparison', 'enough examples'; empty if met or missed."""
        if not (self.passed and self.note):
            return ""
        return WITHOUT.get(self.metric, "enough examples")


def tally(rules: Sequence[RuleResult]) -> str:
    """Return how many rules are met, and how many passed unmet: '4 of 5 rules met, 1 passed without a comparison'."""
    met = sum(rule.passed and not rule.without for rule in rules)
    unmet = Counter(rule.without for rule in rules if rule.without)
    parts = [f"{met} of {len(rules)} rule{'' if len(rules) == 1 else 's'} met"]
    return ", ".join([*parts, *(f"{count} passed without {what}" for what, count in unmet.items())])


def needed(metric: str, pictures: int, part: str = "") -> str:
    """Return what a missed rule on a share needs: '17 more correct needed', '1 picture fewer may be misread as 4'.

    Args:
        metric: the metric of the rule.
        pictures: how many pictures short of the bound the model is.
        part: the digit, for precision.
    """
    if metric == "precision":
        return f"{pictures:,} picture{'' if pictures == 1 else 's'} fewer may be misread as {part}"
    return f"{pictures:,} {NEEDED.get(metric, 'more correct')} needed"
