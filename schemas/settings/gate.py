"""The gate: the rules that a model must meet."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from schemas.settings.config import Config

__all__ = [
    "Bounds",
    "ChampionRule",
    "DigitRule",
    "Gate",
    "OwnRule",
    "Rule",
    "ShareRule",
    "SliceRule",
    "unknown_key",
]

EACH_KIND = "per_kind"
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
            raise ValueError(f"at_least {self.at_least:g} is above at_most {self.at_most:g}")
        return self

    @property
    def words(self) -> str:
        """The bounds in words: '>= 0.97'."""
        bounds = ((">=", self.at_least), ("<=", self.at_most))
        return " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)

    def misses(self, value: float) -> float | None:
        """Return by how much a value misses the bounds, above 0; None if it meets them."""
        if self.at_least is not None and value < self.at_least:
            return self.at_least - value
        if self.at_most is not None and value > self.at_most:
            return value - self.at_most
        return None


class Rule(Bounds):
    """Bounds on one metric, applied to the figure or to one end of its confidence interval."""

    on: Literal["point", "lower", "upper"] = "point"
    """What must be within the bounds: the figure, or the lower or upper end of its two-sided interval."""
    confidence: Confidence = 0.95
    """The level of that interval."""

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
    """A rule on a metric that is also measured for each class."""

    of: Literal["all", "per_class", "per_digit"] = "all"
    """`all` judges the unweighted mean over the classes; `per_class` judges each class, and so does `per_digit`."""


class OwnRule(Rule):
    """A rule on a metric of your own, which may be negative."""

    at_least: float | None = None
    """The figure may not be below this."""
    at_most: float | None = None
    """The figure may not be above this."""


class SliceRule(Rule):
    """A rule that each slice of the test split must meet; a slice is one value of a column of Examples."""

    column: str
    """`digit`, `source` (if there are several), or a column of your tags.csv."""
    metric: Literal["accuracy", "coverage", "answered_accuracy", "log_loss"] = "accuracy"
    """The metric measured on each slice."""
    values: Annotated[list[str], Field(min_length=1)] | None = None
    """The values to judge; by default every value of the column in any split, except the empty tag."""
    minimum: PositiveInt = 100
    """Pictures that a slice needs to be judged."""
    too_few: Literal["refuse", "allow"] = "refuse"
    """Whether a slice with fewer pictures refuses the model or is allowed."""

    @model_validator(mode="after")
    def _check_share(self) -> SliceRule:
        if self.metric != "log_loss" and max(self.at_least or 0, self.at_most or 0) > 1:
            raise ValueError(f"{self.metric} is a share, from 0 to 1")
        return self


class ChampionRule(Config):
    """The comparison with the promoted model on the same test pictures: `not_worse_by` or `better`, and not both."""

    not_worse_by: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Non-inferiority: the lower end of the interval of the difference in accuracy must be above minus this."""
    better: bool = False
    """Superiority: the model reads more pictures right, and the exact McNemar test is significant."""
    confidence: Confidence = 0.95
    """The level of the interval (two-sided, paired bootstrap); the test's p must be below 1 minus this."""
    first: Literal["allow", "refuse"] = "refuse"
    """Whether the rule allows or refuses a model while there is no champion to compare it with."""
    classes_changed: Literal["allow", "refuse"] = "refuse"
    """Whether a model may replace a champion of other classes, with which it cannot be compared; a gate without a
    champion rule refuses it too."""

    @model_validator(mode="after")
    def _check_one(self) -> ChampionRule:
        either = self.better != (self.not_worse_by is not None)
        if not (either or (self.classes_changed == "allow" and not self.better)):
            raise ValueError("a champion rule needs either not_worse_by or better: true")
        return self

    @property
    def compares(self) -> bool:
        """Whether the rule compares accuracies, rather than the classes alone."""
        return self.better or self.not_worse_by is not None

    @property
    def words(self) -> str:
        """The rule in words: 'not worse by 0.002'."""
        if not self.compares:
            return "of any classes"
        return f"better, p < {1 - self.confidence:.2g}" if self.better else f"not worse by {self.not_worse_by:g}"


class Gate(Config):
    """The rules by metric; a model is blessed if there is at least one rule and it meets all of them."""

    accuracy: ShareRule | None = None
    """Share of the test pictures that are read right; Wilson interval."""
    precision: DigitRule | None = None
    """Of the pictures read as a digit, the share that show it. Wilson interval for a digit; for the mean, bootstrap,
    but never narrower than the Wilson interval of as many pictures."""
    recall: DigitRule | None = None
    """Of the pictures of a digit, the share read as it; intervals as for precision."""
    f1: DigitRule | None = None
    """Harmonic mean of precision and recall; intervals as for precision."""
    log_loss: Rule | None = None
    """Mean negative log-likelihood of the right digit, in nats. Bootstrap interval; its upper end also allows for the
    errors within the Wilson interval of the accuracy."""
    calibration_error: ShareRule | None = None
    """Expected calibration error, 15 bins. Bootstrap interval; its upper end also allows for the gap between mean
    confidence and the far end of the accuracy's Wilson interval."""
    coverage: ShareRule | None = None
    """Share of the test pictures that are answered, not `unsure`; Wilson interval."""
    answered_accuracy: ShareRule | None = None
    """Share of the answered pictures that are read right; Wilson interval."""
    metrics: dict[str, OwnRule] = Field(default_factory=dict[str, OwnRule])
    """Rules on metrics of your own, those that `metrics` of evaluate lists, by the name of the function; bootstrap
    interval."""
    parameters: Bounds | None = None
    """Number of weights in the network."""
    orientation: Bounds | None = None
    """How many more of the test pictures, as a share, can be read when they are turned, mirrored or inverted: by the
    mean pictures of upright digits if the classes are 0 to 9, else by a champion of the same classes, if there is one.
    0 if they lie as they should."""
    robustness: dict[str, ShareRule] = Field(default_factory=dict[str, ShareRule])
    """Share read right of a kind of picture that people take, or of each kind (`per_kind`); Wilson interval."""
    refusals: dict[str, ShareRule] = Field(default_factory=dict[str, ShareRule])
    """Share not answered of a kind of picture that is not a digit, or of each kind (`per_kind`); Wilson interval."""
    slices: list[SliceRule] = Field(default_factory=list[SliceRule])
    """Rules on slices of the test split."""
    champion: ChampionRule | None = None
    """The comparison with the promoted model."""

    @property
    def is_empty(self) -> bool:
        """Whether the gate has no rules, so that it blesses nothing."""
        return not any(getattr(self, name) for name in Gate.model_fields)


def unknown_key(field: str, key: str, known: list[str]) -> ValidationError:
    """Return the error for an unknown key in a mapping, located at that key, for a validator to raise.

    Args:
        field: the field with the mapping.
        key: the unknown key.
        known: the allowed keys.
    """
    error = PydanticCustomError("unknown_key", "{field} has no {key}", {"field": field, "key": key, "known": known})
    return ValidationError.from_exception_data(field, [{"type": error, "loc": (field, key), "input": key}])
