"""The rule on how the pictures lie."""

from __future__ import annotations

from dataclasses import replace

from learning.evaluation.gate import Evidence
from learning.evaluation.orientation import Lie
from tests.learning.evaluation.gate.evidence import PERFECT, judge_one


def lying(orientation: str, share: float, best: float, *, dark: bool = False) -> Evidence:
    """Return the evidence of a model whose test pictures lie like this."""
    return replace(PERFECT, lie=Lie(orientation, dark, share, best, 1000))


def test_transposed_pictures_are_refused() -> None:
    """If far more can be read of the transposed pictures, the model is refused, and the reason says what to set."""
    result = judge_one({"orientation": {"at_most": 0.1}}, lying("transposed", 0.17, 0.76))
    assert (result.passed, result.part, round(result.actual or 0, 2)) == (False, "transposed", 0.59)
    assert result.reason == (
        "upright, 17% of the test pictures can be read; taken as transposed, 76%: "
        "set orientation: transposed on their source in ingest"
    )


def test_upright_pictures_meet_the_rule() -> None:
    """Pictures that lie as they should have an orientation of 0."""
    result = judge_one({"orientation": {"at_most": 0.1}}, lying("upright", 0.8, 0.8))
    assert (result.passed, result.actual, result.part, result.without) == (True, 0, "", "")


def test_pictures_that_nothing_can_tell_pass_without_a_measurement() -> None:
    """Without upright pictures to compare with, the rule passes and does not count as met."""
    result = judge_one({"orientation": {"at_most": 0.1}}, PERFECT)
    assert (result.passed, result.actual, result.without) == (True, None, "a measurement")
