"""Human-readable verdict of the gate: every rule, the worst digits, and the comparison with the champion."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from pipeline.cli.printing.table import columns, hanging, paint
from schemas.artifacts.rule_result import needed, tally
from schemas.errors import printable

if TYPE_CHECKING:
    from schemas.artifacts.blessing import Verdict
    from schemas.artifacts.comparison import Comparison
    from schemas.artifacts.rule_result import RuleResult, SliceFigure

__all__ = ["verdict_lines"]

NAMED = 5
NARROW = 80
MARKS = {"MISSED": "red", "met": "green", "passed": "yellow"}


def verdict_lines(verdict: Verdict, *, kept: bool) -> list[str]:
    """Return a verdict as lines of text.

    Args:
        verdict: of the gate.
        kept: whether there is a champion, which stays if the model is refused.
    """
    missed = sum(not rule.passed for rule in verdict.rules)
    if verdict.blessed:
        lines = [f"verdict  {paint('BLESSED', 'green')}: {tally(verdict.rules)}"]
    else:
        stays = " (the champion stays)" if kept else ""
        rules = f"rule{'' if len(verdict.rules) == 1 else 's'}"
        text = f"{missed} of {len(verdict.rules)} {rules} missed" if verdict.rules else verdict.reasons[0]
        lines = [f"verdict  {paint('NOT BLESSED', 'red')}: {printable(text)}{stays}"]
    if verdict.rules:
        lines += ["", *_rule_lines(verdict.rules, verdict.comparison), "", *_slice_lines(verdict.rules)]
    if not verdict.blessed:
        lines += _worst(verdict)
    lines += _champion_lines(verdict.comparison) if verdict.comparison else []
    return lines + ([hanging("exam", verdict.exposure.words)] if verdict.exposure and verdict.exposure.words else [])


def _rule_lines(rules: list[RuleResult], comparison: Comparison | None) -> list[str]:
    """Return the rules as a table of three columns, or of two in a narrow terminal."""
    rows = [(_mark(rule), _name(rule), _measured(rule, comparison)) for rule in rules]
    if sys.stdout.isatty() and shutil.get_terminal_size().columns < NARROW:
        text = columns(("", "rule: measured"), [(mark, f"{name}: {found}") for mark, name, found in rows], wrapped=1)
    else:
        text = columns(("", "rule", "measured"), rows, wrapped=2)
    marks = {f"{mark:6}": paint(f"{mark:6}", colour) for mark, colour in MARKS.items()}
    return [marks.get(line[:6], line[:6]) + line[6:] for line in text.splitlines()]


def _slice_lines(rules: list[RuleResult]) -> list[str]:
    """Return every part of every rule on slices as a table, and an empty line; nothing without such rules."""
    slices = [each for rule in rules for each in rule.slices]
    if not slices:
        return []
    rows = [(f"{each.column} {each.value}", *_figures(each), f"{each.count:,}") for each in slices]
    return [*columns(("slice", "metric", "interval", "pictures"), rows, wrapped=0).splitlines(), ""]


def _figures(found: SliceFigure) -> tuple[str, str]:
    if found.figure is None or found.interval is None:
        return f"{found.metric} not measured", ""
    low, high = found.interval
    return f"{found.metric} {found.figure:.4f}", f"{low:.4f} to {high:.4f}"


def _mark(rule: RuleResult) -> str:
    """Return MISSED, met, or passed: not measured, or not in full, and allowed."""
    return "MISSED" if not rule.passed else "passed" if rule.without else "met"


def _name(rule: RuleResult) -> str:
    of = rule.parts
    if of is None:
        of = f".{rule.of}" if rule.is_of_kind else f" of each {rule.of}"
    return f"{rule.metric}{of} {rule.expected}"


def _measured(rule: RuleResult, comparison: Comparison | None) -> str:
    """Return what was measured, for the worst part if the rule has many, and the shortfall."""
    if rule.actual is None:
        return "; ".join([rule.reason.split("; ")[0] or rule.note, *_others(rule)])
    parts = [f"{rule.actual:,.0f}" if rule.metric == "parameters" else f"{rule.actual:.4g}"]
    if rule.metric == "champion" and comparison:
        parts[0] = f"{rule.actual:+.4g}" + (f", McNemar's p {comparison.p:.2g}" if rule.bound is None else "")
    if rule.bound is not None and rule.confidence is not None:
        end = "upper" if rule.expected.startswith("upper") else "lower"
        parts[0] += f", {100 * rule.confidence:g} % {end} bound {rule.bound:.4g}"
    if rule.part not in {"", rule.of} and rule.of:
        parts[0] += f" ({rule.part})"
    if rule.count is not None:
        parts.append(f"{rule.count:,} pictures")
    if rule.shortfall is not None:
        lacks = needed(rule.metric, rule.shortfall_pictures, rule.part) if rule.shortfall_pictures is not None else ""
        parts.append(": ".join(filter(None, [f"short by {rule.shortfall:.2g}", lacks])))
    return "; ".join([*parts, *filter(None, [rule.note]), *_others(rule)])


def _others(rule: RuleResult) -> list[str]:
    others = [name for name in rule.failing if name != rule.part]
    return [f"also missed: {', '.join(others)}"] if others else []


def _worst(verdict: Verdict) -> list[str]:
    digits = [f"{each.digit} ({each.wrong:,} of {each.count:,})" for each in verdict.worst_digits]
    pairs = [f"{each.digit} as {each.read} ({each.count:,})" for each in verdict.worst_confusions]
    return [hanging("misread", f"most often {', '.join(digits)}; mostly {', '.join(pairs)}")] if digits else []


def _champion_lines(found: Comparison) -> list[str]:
    """Return the accuracy of both models, and the pictures that only one of them reads right."""
    if found.other_classes:
        text = f"{found.champion} has other classes ({found.other_classes}): nothing to compare"
        return [hanging("against", text)]
    low, high = found.interval
    text = (
        f"{found.champion} reads {found.champion_accuracy:.4g} of the same {found.count:,} pictures, this model "
        f"{found.accuracy:.4g}: {found.difference:+.4g} (95 %: {low:+.4g} to {high:+.4g}; McNemar's p {found.p:.2g})"
    )
    lines = [hanging("against", text)]
    for what, count, ids in (("better", found.better, found.better_ids), ("worse", found.worse, found.worse_ids)):
        more = ", ..." if count > NAMED else ""
        lines.append(hanging(what, f"{count:,}" + (f": {', '.join(ids[:NAMED])}{more}" if ids else "")))
    return lines
