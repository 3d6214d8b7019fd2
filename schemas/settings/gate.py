"""The gate: the rules that a model must meet, and what each of them says of one model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from schemas.settings.config import Config

__all__ = [
    "Bounds",
    "ChampionRule",
    "DigitRule",
    "Gate",
    "Rule",
    "RuleResult",
    "ShareRule",
    "SliceRule",
    "needed",
    "tally",
    "unknown_key",
]

EACH_KIND = "per_kind"
LACKING = {"coverage": "more answered", "refusals": "more refused"}
Confidence = Annotated[float, Field(gt=0.5, lt=1)]
Size = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Bounds(Config):
    """Bounds on one figure; at least one must be given."""

    at_least: Size | None = None
    """The figure may not be below this."""
    at_most: Size | None = None
    """The figure may not be above this."""

    @model_validator(mode="after")
    def _check_bounds(self) -> Bounds:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a rule needs at_least or at_most")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"no figure is at least {self.at_least:g} and at most {self.at_most:g}")
        return self

    @property
    def words(self) -> str:
        """The bounds in words: '>= 0.97'."""
        bounds = ((">=", self.at_least), ("<=", self.at_most))
        return " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)

    def misses(self, value: float) -> float | None:
        """Return how far a value lies outside the bounds, more than 0; None if it lies within."""
        if self.at_least is not None and value < self.at_least:
            return self.at_least - value
        if self.at_most is not None and value > self.at_most:
            return value - self.at_most
        return None


class Rule(Bounds):
    """Bounds on one metric, held against the figure itself or an end of its confidence interval."""

    on: Literal["point", "lower", "upper"] = "point"
    """What must lie within the bounds: the figure, or the lower or upper end of its two-sided interval."""
    confidence: Confidence = 0.95
    """Of that interval."""

    @property
    def words(self) -> str:
        """The rule in words: 'lower >= 0.965'."""
        return super().words if self.on == "point" else f"{self.on} {super().words}"


class ShareRule(Rule):
    """A rule on a metric from 0 to 1."""

    at_least: Share | None = None
    """The share may not be below this; 0.97 is 97 percent."""
    at_most: Share | None = None
    """The share may not be above this."""


class DigitRule(ShareRule):
    """A rule on a metric that each digit has too."""

    of: Literal["all", "per_digit"] = "all"
    """Judge the plain mean over the digits, or every digit alone."""


class SliceRule(Rule):
    """A rule that each part of the test split must meet, the parts told apart by a column of Examples."""

    column: str
    """`digit`, `source` (of several sources), or a column of your tags.csv."""
    metric: Literal["accuracy", "coverage", "answered_accuracy", "log_loss"] = "accuracy"
    """What is measured on each part."""
    values: Annotated[list[str], Field(min_length=1)] | None = None
    """The parts that are judged; by default every value of the column in any split, but not the empty tag."""
    minimum: PositiveInt = 100
    """Pictures that a part must have to be judged."""
    too_few: Literal["refuse", "allow"] = "refuse"
    """What a part with fewer does to the model."""

    @model_validator(mode="after")
    def _check_share(self) -> SliceRule:
        if self.metric != "log_loss" and max(self.at_least or 0, self.at_most or 0) > 1:
            raise ValueError(f"{self.metric} is a share, from 0 to 1")
        return self


class ChampionRule(Config):
    """What a model must show against the promoted one, on the same test pictures; one of the two must be given."""

    not_worse_by: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Non-inferiority: the lower end of the interval of the difference in accuracy must be above minus this."""
    better: bool = False
    """Superiority: more pictures are read right, and the exact McNemar test finds no chance in it."""
    confidence: Confidence = 0.95
    """Of the interval (two-sided, paired bootstrap); the test's p must be below 1 less this."""
    first: Literal["allow", "refuse"] = "refuse"
    """What the rule says while there is no champion to be compared with."""

    @model_validator(mode="after")
    def _check_one(self) -> ChampionRule:
        if self.better == (self.not_worse_by is not None):
            raise ValueError("a champion rule needs either not_worse_by or better: true")
        return self

    @property
    def words(self) -> str:
        """The rule in words: 'not worse by 0.002'."""
        return f"better, p < {1 - self.confidence:.2g}" if self.better else f"not worse by {self.not_worse_by:g}"


class Gate(Config):
    """The rules by metric; a model is blessed when it meets every one of at least one."""

    accuracy: ShareRule | None = None
    """Share of the test pictures that are read right; Wilson's interval."""
    precision: DigitRule | None = None
    """Of the pictures read as a digit, the share that are it; Wilson's interval for a digit; for the mean bootstrap,
    never narrower than Wilson's of as many pictures."""
    recall: DigitRule | None = None
    """Of the pictures of a digit, the share read as it; intervals as of precision."""
    f1: DigitRule | None = None
    """Harmonic mean of both; intervals as of precision."""
    log_loss: Rule | None = None
    """Mean surprise at the right digit, in nats; bootstrap, but up to what the errors that Wilson's interval leaves
    open may cost."""
    calibration_error: ShareRule | None = None
    """Expected calibration error, 15 bins; bootstrap, but up to how far accuracy and mean confidence may lie apart."""
    coverage: ShareRule | None = None
    """Share of the test pictures that are answered and not `unsure`; Wilson's interval."""
    answered_accuracy: ShareRule | None = None
    """Share of those that are read right; Wilson's interval."""
    parameters: Bounds | None = None
    """How many numbers the network has."""
    robustness: dict[str, ShareRule] = Field(default_factory=dict[str, ShareRule])
    """For a kind of picture people take, or `per_kind`, each of them alone: the share read right; Wilson's interval."""
    refusals: dict[str, ShareRule] = Field(default_factory=dict[str, ShareRule])
    """For a kind of picture that is no digit, or `per_kind`: the share that is not answered; Wilson's interval."""
    slices: list[SliceRule] = Field(default_factory=list[SliceRule])
    """Floors for parts of the test split."""
    champion: ChampionRule | None = None
    """The comparison with the promoted model."""

    @property
    def is_empty(self) -> bool:
        """Whether it has no rules, so that it blesses nothing."""
        return not any(getattr(self, name) for name in Gate.model_fields)


class RuleResult(BaseModel):
    """What one rule says of a model. Of a rule on many parts (digits, kinds, slices) the worst part is shown."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    metric: str
    """accuracy, precision, recall, f1, log_loss, calibration_error, coverage, answered_accuracy, parameters,
    robustness, refusals, or champion."""
    of: str = "all"
    """all, per_digit, per_kind, a kind, or a column of Examples; empty of the rule on the champion."""
    expected: str
    """The rule in words: 'lower >= 0.965'."""
    part: str = ""
    """The part the figures are of, where the rule is on many: '3', 'shadow', 'night'."""
    actual: float | None
    """The figure; of the champion rule the difference in accuracy. None is not a number."""
    bound: float | None = None
    """The end of its interval that was judged; None where the figure itself was."""
    confidence: float | None = None
    """Of that interval, or of McNemar's test."""
    count: int | None = None
    """Pictures it was measured on."""
    shortfall: float | None = None
    """By how much what was judged misses the rule, more than 0; None where it is met or cannot be measured."""
    shortfall_pictures: int | None = None
    """How many more pictures had to be right for the rule to be met; None where that does not say it, or none would."""
    failing: list[str] = []
    """The parts that miss the rule, of a rule on many."""
    passed: bool
    """Whether the model meets the rule."""
    reason: str
    """Why it does not, in words, naming every part that fails; empty where it does."""
    note: str = ""
    """What should be seen beside: 'first model: no comparison', 'too few pictures to tell'."""

    @property
    def without(self) -> str:
        """What a rule was let pass for want of: 'a comparison', 'enough examples'; empty where it is met or missed."""
        if not (self.passed and self.note):
            return ""
        return "a comparison" if self.metric == "champion" else "enough examples"


def tally(rules: Sequence[RuleResult]) -> str:
    """Say how many rules are met, and how many passed without being met: '4 of 5 rules met, 1 passed without ...'."""
    met = sum(rule.passed and not rule.without for rule in rules)
    let = Counter(rule.without for rule in rules if rule.without)
    said = [f"{met} of {len(rules)} rule{'' if len(rules) == 1 else 's'} met"]
    return ", ".join([*said, *(f"{count} passed without {what}" for what, count in let.items())])


def unknown_key(field: str, key: str, known: list[str]) -> ValidationError:
    """Return the error of a mapping with an unknown key, for a validator to raise.

    Args:
        field: the mapping, inside what is validated.
        key: that it has.
        known: keys that it may have.
    """
    error = PydanticCustomError("unknown_key", "{field} has no {key}", {"field": field, "key": key, "known": known})
    return ValidationError.from_exception_data(field, [{"type": error, "loc": (field, key), "input": key}])


def needed(metric: str, pictures: int, part: str = "") -> str:
    """Return what a rule on a share lacks: '17 more correct needed', '1 picture fewer may be misread as 4'.

    Args:
        metric: that the rule bounds.
        pictures: by how many the model misses the bound.
        part: the digit whose precision is judged.
    """
    if metric == "precision":
        return f"{pictures:,} picture{'' if pictures == 1 else 's'} fewer may be misread as {part}"
    return f"{pictures:,} {LACKING.get(metric, 'more correct')} needed"
