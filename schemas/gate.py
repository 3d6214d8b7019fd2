"""The gate: rules a model must meet, and what each of them says of it. It fails closed."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from schemas.config import Config
from schemas.errors import nearest
from schemas.evaluation import Metrics

__all__ = ["Rule", "RuleResult", "judge"]


class Rule(Config):
    """Bounds on one metric; at least one bound must be given."""

    at_least: float | None = None
    """The metric may not be below this."""
    at_most: float | None = None
    """The metric may not be above this."""
    of: Literal["all", "every_digit"] = "all"
    """Judge the metric over all pictures, or for each digit alone."""

    @model_validator(mode="after")
    def _bounded(self) -> Rule:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a rule needs at_least or at_most")
        return self

    @property
    def expected(self) -> str:
        """The bounds in words: '>= 0.97'."""
        bounds = ((">=", self.at_least), ("<=", self.at_most))
        return " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)

    def shortfall(self, value: float) -> str | None:
        """Say how a value misses the rule, '0.962 < 0.97, short by 0.008'; None where it does not."""
        if self.at_least is not None and value < self.at_least:
            return f"{value!r} < {self.at_least!r}, short by {self.at_least - value:.2g}"
        if self.at_most is not None and value > self.at_most:
            return f"{value!r} > {self.at_most!r}, over by {value - self.at_most:.2g}"
        return None


class RuleResult(BaseModel):
    """What one rule says of a model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str
    of: str
    expected: str
    actual: float | None
    """The metric; with every_digit, that of the worst digit. None is not a number."""
    passed: bool
    reason: str
    """Why it did not pass, in words; empty where it did."""


def judge(gate: dict[str, Rule], metrics: Metrics) -> list[RuleResult]:
    """Hold every rule against the metrics; what is missing or not a number never passes."""
    return [_judge_rule(name, rule, metrics) for name, rule in gate.items()]


def _judge_rule(name: str, rule: Rule, metrics: Metrics) -> RuleResult:
    slices = _slices(name, rule, metrics)
    if slices is None:
        known = [metric for metric in metrics.scalars() if rule.of == "all" or metrics.by_digit(metric)]
        suffix = " of every digit" if rule.of == "every_digit" else ""
        hint = nearest(name, known) or f"there are {', '.join(known) or 'none'}"
        return _result(name, rule, None, f"no metric {name}{suffix}: {hint}")
    if not slices:
        return _result(name, rule, None, f"{name}: there is no digit to judge")
    reasons = [reason for label, value in slices.items() if (reason := _miss(label, rule, value))]
    return _result(name, rule, _worst(rule, slices), "; ".join(reasons))


def _slices(name: str, rule: Rule, metrics: Metrics) -> dict[str, float | None] | None:
    if rule.of == "every_digit":
        values = metrics.by_digit(name)
        return values if values is None else {f"{name} of digit {digit}": value for digit, value in values.items()}
    return {name: metrics.scalars()[name]} if name in metrics.scalars() else None


def _miss(label: str, rule: Rule, value: float | None) -> str | None:
    if value is None or not math.isfinite(value):
        return f"{label} is not a number: there are no examples to measure it on"
    shortfall = rule.shortfall(value)
    return f"{label} {shortfall}" if shortfall else None


def _worst(rule: Rule, slices: dict[str, float | None]) -> float | None:
    values = [value for value in slices.values() if value is not None and math.isfinite(value)]
    if len(values) < len(slices):
        return None
    return min(values) if rule.at_least is not None else max(values)


def _result(name: str, rule: Rule, actual: float | None, reason: str) -> RuleResult:
    return RuleResult(metric=name, of=rule.of, expected=rule.expected, actual=actual, passed=not reason, reason=reason)
