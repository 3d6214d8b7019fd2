"""A gate: a verdict on a text, as if it were a model."""

from __future__ import annotations

from toys.text import Text

from schemas.artifacts.artifact import Output
from schemas.artifacts.blessing import Blessing, Verdict
from schemas.artifacts.rule_result import RuleResult
from schemas.settings.config import Config


class BlessConfig(Config):
    """Settings."""

    least: int = 3
    """Fewest letters of a blessed text."""


def bless(text: Text, blessing: Output[Blessing], config: BlessConfig) -> None:
    """Bless a text that is long enough."""
    length = len(text.read())
    reason = "" if length >= config.least else f"length {length} < {config.least}"
    rule = RuleResult(
        metric="length", of="all", expected=f">= {config.least}", actual=length, passed=not reason, reason=reason
    )
    Blessing.write(blessing.path, Verdict.of([rule], model=text.digest, examples=text.digest, evaluation=""))
