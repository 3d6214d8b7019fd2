"""Judge a model by the rules of the gate. It fails closed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learning.evaluation.champion_rule import judge_champion
from learning.evaluation.metrics import SCALARS, Figure, Figures, share, shares
from schemas.artifacts.class_noun import noun
from schemas.artifacts.examples import DIGIT, SOURCE, Split
from schemas.artifacts.rule_result import RuleResult, SliceFigure, needed
from schemas.settings.gate import EACH_KIND, Bounds, ChampionRule, DigitRule, Gate, Rule, SliceRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from learning.evaluation.orientation import Lie
    from schemas.artifacts.comparison import Comparison, Exposure
    from schemas.artifacts.evaluation import Tried

__all__ = ["Evidence", "judge"]

HOPELESS = "too few pictures: even all of them right would not be enough"
TOO_FEW = "too few pictures to tell"
SAME_CLASSES = ChampionRule(better=True, classes_changed="refuse")
"""Applies in a gate without a rule on the champion if the champion has other classes."""


@dataclass(frozen=True)
class Evidence:
    """The evidence a model is judged on.

    Attributes:
        figures: metrics of the whole split.
        split: the test pictures.
        values: returns the values that a column has in any split, or None if there is no such column.
        parameters: number of parameters of the network.
        own: figures of the user's own metrics, by name.
        robustness: counts for each robustness kind.
        refusals: counts for each kind of picture that is not a digit.
        comparison: with the champion; None without a champion or without pictures.
        exposure: how many test pictures each of the two was trained on; None if that was not asked.
        seed: of the bootstrap.
        lie: how the pictures lie; None if nothing can tell.
    """

    figures: Figures
    split: Split
    values: Callable[[str], list[str] | None]
    parameters: int
    own: dict[str, Figure] = field(default_factory=dict[str, Figure])
    robustness: dict[str, Tried] = field(default_factory=dict[str, "Tried"])
    refusals: dict[str, Tried] = field(default_factory=dict[str, "Tried"])
    comparison: Comparison | None = None
    exposure: Exposure | None = None
    seed: int = 0
    lie: Lie | None = None


@dataclass(frozen=True)
class _Part:
    """One figure judged by one rule.

    Attributes:
        name: of the digit, kind or slice; '' for all pictures.
        figure: None if nothing was measured.
        judged: the value compared with the bounds: the figure itself or an end of its interval.
        missed: by how much *judged* misses the rule; None if it meets it.
        more: how many more pictures must be right to meet the rule; None if that is not the question.
        doubt: says that the sample is too small, where the sample and not the figure is to blame; else ''.
        reason: why the rule is missed; '' if it is met.
        note: why the rule was waived; '' if it was applied.
    """

    name: str
    figure: Figure | None
    judged: float = math.nan
    missed: float | None = None
    more: int | None = None
    doubt: str = ""
    reason: str = ""
    note: str = ""


def judge(gate: Gate, evidence: Evidence) -> list[RuleResult]:
    """Judge the evidence by every rule, in the order of the gate; missing, empty and NaN figures never pass.

    Args:
        gate: the rules.
        evidence: what was measured of the model.
    """
    results = [_judge_metric(name, rule, evidence) for name in SCALARS if (rule := getattr(gate, name))]
    results += [_judge_own(name, rule, evidence.own.get(name)) for name, rule in gate.metrics.items()]
    if gate.parameters:
        results.append(_judge_parameters(gate.parameters, evidence.parameters))
    if gate.orientation:
        results.append(_judge_orientation(gate.orientation, evidence.lie))
    results += [_judge_kind("robustness", kind, rule, evidence.robustness) for kind, rule in gate.robustness.items()]
    results += [_judge_kind("refusals", kind, rule, evidence.refusals) for kind, rule in gate.refusals.items()]
    results += [_judge_slices(rule, evidence) for rule in gate.slices]
    other = evidence.comparison is not None and bool(evidence.comparison.other_classes)
    if champion := gate.champion or (SAME_CLASSES if other else None):
        count, exposure = len(evidence.figures), evidence.exposure
        results.append(judge_champion(champion, evidence.comparison, count, evidence.seed, exposure))
    return results


def _judge_metric(name: str, rule: Rule, evidence: Evidence) -> RuleResult:
    if isinstance(rule, DigitRule) and rule.of != "all":
        figures = zip(evidence.split.classes, evidence.figures.per_digit(name), strict=True)
        what = "class" if rule.of == "per_class" else noun(evidence.split.classes)
        parts = [_judge_part(part, rule, figure, name, f" of {what} {part}") for part, figure in figures]
        return _result(name, f"per_{what}", rule, parts)
    return _result(name, "all", rule, [_judge_part("", rule, evidence.figures.get(name), name)])


def _judge_own(name: str, rule: Rule, figure: Figure | None) -> RuleResult:
    if figure is None or not math.isfinite(figure.value):
        part = _Part("", figure, reason=f"{name} is not a number")
    else:
        part = _judge_part("", rule, figure, name)
    return _result(name, "all", rule, [part])


def _judge_parameters(rule: Bounds, parameters: int) -> RuleResult:
    missed = rule.misses(parameters)
    return RuleResult(
        metric="parameters",
        expected=rule.words,
        actual=parameters,
        shortfall=missed,
        passed=missed is None,
        reason=f"parameters {parameters:,}: expected {rule.words}" if missed else "",
    )


def _judge_orientation(rule: Bounds, lie: Lie | None) -> RuleResult:
    if lie is None:
        note = "nothing can tell how these pictures lie: their classes are not 0 to 9, or they are few"
        return RuleResult(metric="orientation", expected=rule.words, actual=None, passed=True, reason="", note=note)
    missed = rule.misses(lie.gain)
    why = f"upright, {lie.share:.0%} of the test pictures can be read; taken as {lie.words}, {lie.best:.0%}"
    note = f"set {lie.settings} on their source in ingest" if missed else ""
    return RuleResult(
        metric="orientation",
        expected=rule.words,
        part=lie.words if missed else "",
        actual=lie.gain,
        count=lie.count,
        shortfall=missed,
        passed=missed is None,
        reason=f"{why}: {note}" if missed else "",
        note=note,
    )


def _judge_kind(metric: str, kind: str, rule: Rule, tried: dict[str, Tried]) -> RuleResult:
    known = shares(tried)
    chosen = known if kind == EACH_KIND else {kind: known[kind]} if kind in known else {}
    parts = [_judge_part(name, rule, figure, metric, f".{name}") for name, figure in chosen.items()]
    if not parts:
        missing = f"{metric}.{kind} was not measured: it needs per_kind above 0 and at least one test picture"
        parts = [_Part(kind, None, reason=missing)]
    return _result(metric, kind, rule, parts)


def _judge_slices(rule: SliceRule, evidence: Evidence) -> RuleResult:
    values, column = evidence.values(rule.column), evidence.split.column(rule.column)
    if rule.column == SOURCE and values is None:
        values, column = ["the only source"], ["the only source"] * len(evidence.split)
    slices: list[SliceFigure] = []
    if values is None or column is None:
        known = ", ".join((DIGIT, SOURCE, *(tag for tag in evidence.split.tags if tag != SOURCE)))
        parts = [_Part("", None, reason=f"there is no column {rule.column}; the columns are {known}")]
    else:
        chosen = {value: _take(evidence.figures, column, value) for value in rule.values or values}
        slices = [_slice_figure(value, rule, figures.get(rule.metric)) for value, figures in chosen.items()]
        parts = [_judge_slice(value, rule, figures) for value, figures in chosen.items()]
        parts = parts or [_Part("", None, reason=f"no picture has a value for {rule.column}")]
    return _result(rule.metric, rule.column, rule, parts).changed(slices=slices)


def _take(figures: Figures, column: list[str], value: str) -> Figures:
    import numpy as np

    return figures.take(np.array([each == value for each in column], bool))


def _slice_figure(value: str, rule: SliceRule, figure: Figure) -> SliceFigure:
    known = math.isfinite(figure.value)
    return SliceFigure(
        metric=rule.metric,
        column=rule.column,
        value=value,
        count=figure.count,
        figure=figure.value if known else None,
        interval=figure.interval(rule.confidence) if known else None,
    )


def _judge_slice(value: str, rule: SliceRule, figures: Figures) -> _Part:
    count, name = len(figures), f"{rule.column} {value}"
    if count >= rule.minimum:
        return _judge_part(value, rule, figures.get(rule.metric), rule.metric, f" of {name}")
    few = f"{name}: not enough examples ({count:,} of {rule.minimum:,})"
    figure = Figure(math.nan, count, lambda _: (math.nan, math.nan))
    return _Part(value, figure, note=few) if rule.too_few == "allow" else _Part(value, figure, reason=few)


def _judge_part(name: str, rule: Rule, figure: Figure, metric: str, where: str = "") -> _Part:
    judged = _judged(rule, figure)
    if not (math.isfinite(judged) and math.isfinite(figure.value)):
        return _Part(name, figure, reason=f"{metric}{where} is not a number: there are no pictures to measure it on")
    missed = rule.misses(judged)
    if missed is None:
        return _Part(name, figure, judged)
    more = _more_right(rule, figure)
    doubt = "" if more else _doubt(rule, figure)
    lacks = needed(metric, more, name) if more else doubt
    text = f"{metric}{where} {_why(rule, figure, judged, missed)}; {figure.count:,} pictures"
    return _Part(name, figure, judged, missed, more, doubt, "; ".join(filter(None, [text, lacks])))


def _doubt(rule: Rule, figure: Figure) -> str:
    """Return a note if the sample is too small: no number of right pictures meets the rule, or the figure does."""
    if _share_too_small(rule, figure):
        return HOPELESS
    return TOO_FEW if figure.right is None and rule.misses(figure.value) is None else ""


def _judged(rule: Rule, figure: Figure) -> float:
    return figure.value if rule.on == "point" else figure.interval(rule.confidence)[rule.on == "upper"]


def _more_right(rule: Rule, figure: Figure) -> int | None:
    """Return how many more pictures must be right to meet the rule; None if more right pictures cannot meet it."""
    if figure.right is None or not _share_too_small(rule, figure):
        return None
    right, count = figure.right, figure.count
    for more in range(1, count - right + 1):
        then = share(right, count - more) if figure.shrinks else share(right + more, count)
        if rule.misses(_judged(rule, then)) is None:
            return more
    return None


def _share_too_small(rule: Rule, figure: Figure) -> bool:
    """Return whether the rule is missed because a share is too small, so that more right pictures would help."""
    return figure.right is not None and rule.at_least is not None and _judged(rule, figure) < rule.at_least


def _why(rule: Rule, figure: Figure, judged: float, missed: float) -> str:
    below = rule.at_least is not None and judged < rule.at_least
    bound, sign, by = (rule.at_least, "<", "short") if below else (rule.at_most, ">", "over")
    shown = _shown(judged, rule)
    if rule.on != "point":
        shown = f"{figure.value:.4g}, {100 * rule.confidence:g} % {rule.on} bound {shown}"
    return f"{shown} {sign} {bound:g}, {by} by {missed:.2g}"


def _shown(value: float, rule: Bounds) -> str:
    """Return a figure that misses a rule with enough digits to show that it does."""
    text = f"{value:.4g}"
    return text if rule.misses(float(text)) is not None else repr(value)


def _result(metric: str, of: str, rule: Rule, parts: list[_Part]) -> RuleResult:
    """Combine the parts of a rule into one result that shows the worst part."""
    worst = max(parts, key=lambda part: _badness(part, rule))
    known = worst.figure if worst.figure and math.isfinite(worst.figure.value) else None
    reasons = [part.reason for part in parts if part.reason]
    notes = [part.note for part in parts if part.note] + [worst.doubt] * bool(worst.doubt)
    return RuleResult(
        metric=metric,
        of=of,
        expected=rule.words,
        part=worst.name,
        actual=known.value if known else None,
        bound=worst.judged if known and rule.on != "point" else None,
        confidence=None if rule.on == "point" else rule.confidence,
        count=worst.figure.count if worst.figure else None,
        shortfall=worst.missed,
        shortfall_pictures=worst.more,
        failing=[part.name for part in parts if part.reason and part.name],
        passed=not reasons,
        reason="; ".join(reasons),
        note="; ".join(notes),
    )


def _badness(part: _Part, rule: Rule) -> tuple[bool, float]:
    """Rank parts: unmeasured ones are worst, then by how far they miss the rule; waived ones come last."""
    if part.note:
        return False, -math.inf
    if not math.isfinite(part.judged):
        return True, math.inf
    margins = [rule.at_least - part.judged] if rule.at_least is not None else []
    margins += [part.judged - rule.at_most] if rule.at_most is not None else []
    return bool(part.reason), max(margins)
