"""Head of a report and its rules: whether the model was promoted, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.report.html.markup import Html, element, joined, paragraph, table, with_command
from pipeline.report.html.words import figure_in_words, interval_in_words, percent, plural, readable
from pipeline.report.material import Material, MissingError
from schemas.artifacts.rule_result import needed, tally

if TYPE_CHECKING:
    from schemas.artifacts.blessing import Verdict
    from schemas.artifacts.evaluation import Metrics
    from schemas.artifacts.rule_result import RuleResult
    from schemas.records.run import RunRecord

__all__ = ["head", "rules"]

GOOD, BAD, OPEN = ("good", "✓"), ("bad", "✗"), ("open", "!")
LOOKS = {"promoted": GOOD, "unchanged": GOOD, "completed": GOOD, "rejected": BAD, "failed": BAD}
TITLES = {"rejected": "Refused"}


def head(material: Material) -> Html:
    """Return the outcome in a word, the reason in a sentence, and the main figures."""
    record = material.record
    look, sign = LOOKS.get(record.outcome, OPEN)
    title = TITLES.get(record.outcome, record.outcome.capitalize())
    return element(
        "header",
        element("p", f"digits · run {record.run}", class_="run"),
        element("h1", element("span", sign, class_="sign", aria_hidden="true"), f" {title}"),
        *(paragraph(line, class_="why") for line in (*_why(record), record.explanation) if line),
        *(paragraph(with_command(each), class_="notice") for each in (record.notice, *_warnings(material)) if each),
        _tiles(material),
        class_=f"head {look}",
    )


def _why(record: RunRecord) -> list[str]:
    errors = [f"{stage.stage}: {stage.error}" for stage in record.stages if stage.error]
    if record.outcome == "failed":
        return errors or [record.error or "The run failed; no reason is on record."]
    if record.outcome in {"interrupted", "running"}:
        at = f" in {record.under_way}" if record.under_way else ""
        return [f"The run was {'still running' if record.outcome == 'running' else 'interrupted'}{at}."]
    return _judged(record.verdict, record)


def _judged(verdict: Verdict | None, record: RunRecord) -> list[str]:
    if verdict is None:
        return ["No model was judged in this run."]
    missed = [rule for rule in verdict.rules if not rule.passed]
    if not missed and verdict.blessed:
        parts = [rule for rule in verdict.rules if rule.without and rule.metric != "champion"]
        notes = (f"{_rule_name(rule)}: {rule.note}" for rule in parts)
        return [f"{tally(verdict.rules)}.", *notes]
    kept = "The champion stays." if record.champion else "There is no champion."
    if not verdict.rules:
        return [f"The gate has no rules: nothing can be blessed. {kept}"]
    return [f"{len(missed)} of {plural(len(verdict.rules), 'rule')} missed. {kept}", *verdict.reasons]


def _warnings(material: Material) -> list[str]:
    try:
        return material.metrics.warnings
    except (MissingError, OSError, ValueError):
        return []


def _tiles(material: Material) -> Html:
    try:
        metrics = material.metrics
    except (MissingError, OSError, ValueError):
        return Html("")
    return element("dl", *_tile_list(metrics), class_="tiles")


def _tile_list(metrics: Metrics) -> list[Html]:
    wrong = sum(sum(row) for row in metrics.confusion) - sum(row[i] for i, row in enumerate(metrics.confusion))
    tiles = [
        _tile("read right", metrics.accuracy, "accuracy", metrics),
        element("div", element("dt", "misread"), element("dd", f"{wrong:,}", _small(f"of {metrics.count:,}"))),
    ]
    if metrics.coverage is not None:
        unsure = f"{metrics.count - round(metrics.coverage * metrics.count):,} pictures"
        tiles.append(
            element(
                "div", element("dt", "answered “unsure”"), element("dd", percent(1 - metrics.coverage), _small(unsure))
            )
        )
    tiles.append(_tile("log loss", metrics.log_loss, "log_loss", metrics))
    return tiles


def _tile(title: str, value: float | None, name: str, metrics: Metrics) -> Html:
    interval = metrics.intervals.get(name)
    small = _small(interval_in_words(name, interval)) if interval else Html("")
    return element("div", element("dt", title), element("dd", figure_in_words(name, value), small))


def _small(text: str) -> Html:
    return element("small", text) if text else Html("")


def rules(material: Material) -> Html:
    """Return every rule: the bound, the measured value, and the shortfall; then every slice that a rule is on."""
    verdict = material.verdict
    if not verdict.rules:
        return paragraph("The gate has no rules: nothing can be blessed.")
    rows = [
        (_rule_name(rule), _bound_text(rule), _measured(rule), joined(_mark(rule), *map(_small, _shortfall(rule))))
        for rule in verdict.rules
    ]
    every = table("Rules of the gate", ("rule", "bound", "measured", "result"), rows)
    return joined(every, _slices(verdict), _worst(verdict))


def _slices(verdict: Verdict) -> Html:
    rows = [
        (
            f"{each.column} {each.value}",
            readable(each.metric),
            figure_in_words(each.metric, each.figure),
            interval_in_words(each.metric, each.interval),
            f"{each.count:,}",
        )
        for rule in verdict.rules
        for each in rule.slices
    ]
    if not rows:
        return Html("")
    header = ("slice", "metric", "value", "interval", "pictures")
    return table("Every slice", header, rows, numbers=(2, 3, 4), unseen=False)


def _rule_name(rule: RuleResult) -> str:
    of = rule.parts
    if of is None:
        of = f" of {readable(rule.of)}" if rule.is_of_kind else f" of each {rule.of}"
    return f"{readable(rule.metric)}{of}"


def _bound_text(rule: RuleResult) -> str:
    return rule.expected.replace(">=", "≥").replace("<=", "≤")


def _measured(rule: RuleResult) -> Html:
    if rule.actual is None:
        return joined("not measured" if rule.note else "not a number")
    whose = "against" if rule.metric == "champion" else "of"
    parts = [f"{whose} {readable(rule.part)}"] if rule.part not in {"", rule.of} else []
    if rule.bound is not None:
        end = "upper" if rule.expected.startswith("upper") else "lower"
        sure = f"{100 * rule.confidence:g} % " if rule.confidence else ""
        parts.append(f"{sure}{end} bound {figure_in_words(rule.metric, rule.bound)}")
    if rule.count is not None:
        parts.append(f"n = {rule.count:,}")
    return joined(figure_in_words(rule.metric, rule.actual), *map(_small, parts))


def _mark(rule: RuleResult) -> Html:
    """Return missed, met, or passed: not measured, or not in full, and allowed."""
    if not rule.passed:
        return element("span", "✗ missed", class_="mark bad")
    look, label = ("open", "! passed") if rule.without else ("good", "✓ met")
    return element("span", label, class_=f"mark {look}")


def _shortfall(rule: RuleResult) -> list[str]:
    if rule.passed:
        return [rule.note]
    parts: list[str] = []
    if rule.shortfall_pictures is not None:
        parts.append(needed(rule.metric, rule.shortfall_pictures, rule.part))
    elif rule.shortfall is not None:
        parts.append(f"short by {rule.shortfall:.4f}")
    else:
        parts.append(rule.reason)
    others = [name for name in rule.failing if name != rule.part]
    return [*parts, rule.note, f"also missed: {', '.join(others)}" if others else ""]


def _worst(verdict: Verdict) -> Html:
    """Return the worst digits and confusions; empty if the verdict names none."""
    digits = ", ".join(f"{each.digit} ({each.wrong} of {each.count})" for each in verdict.worst_digits)
    pairs = ", ".join(f"{each.digit} as {each.read} ({each.count})" for each in verdict.worst_confusions)
    sentences = [f"{title}: {text}." for title, text in (("Most often misread", digits), ("Mostly", pairs)) if text]
    return paragraph(" ".join(sentences)) if sentences else Html("")
