"""The gate's rule on the champion: non-inferiority by a margin, or superiority."""

from __future__ import annotations

from learning.evaluation.comparison import difference_interval, mcnemar
from schemas.artifacts.comparison import Comparison, Exposure
from schemas.artifacts.rule_result import RuleResult
from schemas.settings.gate import ChampionRule

__all__ = ["judge_champion"]

FIRST = "first model: no comparison"
FEW = 100
"""Unseen pictures below which seen ones make a comparison worthless; as for a slice."""


def judge_champion(
    rule: ChampionRule, found: Comparison | None, count: int, seed: int, exposure: Exposure | None = None
) -> RuleResult:
    """Judge a comparison with the champion; it is refused if too few pictures are left that neither was trained on.

    Args:
        rule: what the model must show.
        found: the comparison; None without a champion or without pictures.
        count: number of test pictures.
        seed: of the bootstrap.
        exposure: how many test pictures each of the two was trained on.
    """
    if found and found.other_classes:
        return _of_other_classes(rule, found)
    if exposure and exposure.version and exposure.left_out and exposure.unseen < FEW:
        return _too_few(rule, found, exposure)
    if found is None:
        return _without_comparison(rule, count)
    if not rule.compares:
        return _uncompared(rule, found)
    bound = _lower_bound(found.better, found.worse, rule, found, seed)
    passed = _meets(found.better, found.worse, rule, found, seed)
    more = None if passed else _more_right(rule, found, seed)
    note = "" if passed else _sample_note(rule, found)
    return RuleResult(
        metric="champion",
        of="",
        expected=rule.words,
        part=found.champion,
        actual=found.difference,
        bound=None if rule.better else bound,
        confidence=rule.confidence,
        count=found.count,
        shortfall=None if passed or rule.not_worse_by is None else -rule.not_worse_by - bound,
        shortfall_pictures=more,
        passed=passed,
        reason="" if passed else _why(rule, found, bound, more, note),
        note=note,
    )


def _without_comparison(rule: ChampionRule, count: int) -> RuleResult:
    why = FIRST if count else "champion: there are no test pictures to compare on"
    passed = rule.first == "allow" and count > 0
    reason, note = ("", why) if passed else (why, "")
    return RuleResult(
        metric="champion", of="", expected=rule.words, actual=None, passed=passed, reason=reason, note=note
    )


def _too_few(rule: ChampionRule, found: Comparison | None, exposure: Exposure) -> RuleResult:
    why = f"champion: too few unseen pictures: {exposure.words}"
    return RuleResult(
        metric="champion",
        of="",
        expected=rule.words,
        part=exposure.version,
        actual=found.difference if found else None,
        count=exposure.unseen,
        passed=False,
        reason=why,
        note="" if found is None else f"too few unseen pictures, at least {FEW} are needed",
    )


def _of_other_classes(rule: ChampionRule, found: Comparison) -> RuleResult:
    """Refuse to compare models of other classes, and to replace one by the other unless that is allowed."""
    text = f"the champion has other classes ({found.other_classes}): there is nothing to compare"
    passed = rule.classes_changed == "allow"
    return RuleResult(
        metric="champion",
        of="",
        expected=rule.words,
        part=found.champion,
        actual=None,
        passed=passed,
        reason="" if passed else f"{text}, and it is not replaced without champion: {{classes_changed: allow}}",
        note=text if passed else "",
    )


def _uncompared(rule: ChampionRule, found: Comparison) -> RuleResult:
    return RuleResult(
        metric="champion",
        of="",
        expected=rule.words,
        part=found.champion,
        actual=found.difference,
        count=found.count,
        passed=True,
        reason="",
    )


def _lower_bound(better: int, worse: int, rule: ChampionRule, found: Comparison, seed: int) -> float:
    return difference_interval(better, worse, found.count, confidence=rule.confidence, seed=seed)[0]


def _meets(better: int, worse: int, rule: ChampionRule, found: Comparison, seed: int) -> bool:
    if rule.not_worse_by is None:
        return better > worse and mcnemar(better, worse) < 1 - rule.confidence
    return _lower_bound(better, worse, rule, found, seed) > -rule.not_worse_by


def _more_right(rule: ChampionRule, found: Comparison, seed: int) -> int | None:
    """Return how many more pictures the model must read right to meet the rule; None if even all are not enough.

    Pictures that only the champion reads right count first, then those that both misread.
    """
    both_wrong = round(found.count * (1 - found.accuracy)) - found.worse
    least, most = 0, found.worse + both_wrong

    def enough(more: int) -> bool:
        saved = min(more, found.worse)
        return _meets(found.better + more - saved, found.worse - saved, rule, found, seed)

    if not enough(most):
        return None
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if enough(middle) else (middle, most)
    return most


def _why(rule: ChampionRule, found: Comparison, bound: float, more: int | None, note: str) -> str:
    if rule.better:
        text = f"not shown to be better than the champion: McNemar's p {found.p:.2g}, not < {1 - rule.confidence:.2g}"
    else:
        ends = f"{100 * rule.confidence:g} % lower bound {bound:+.4f} <= {-(rule.not_worse_by or 0):g}"
        text = f"accuracy less the champion's {found.difference:+.4f}, {ends}"
    pictures = f"{found.better:,} of {found.count:,} pictures better, {found.worse:,} worse"
    return "; ".join(filter(None, [text, pictures, f"{more:,} more correct needed" if more else "", note]))


def _sample_note(rule: ChampionRule, found: Comparison) -> str:
    """Return a note that the sample is too small if the point estimate alone would meet the rule, else ''."""
    enough = found.better > found.worse if rule.not_worse_by is None else found.difference > -rule.not_worse_by
    return f"{found.count:,} pictures are too few to tell" if enough else ""
