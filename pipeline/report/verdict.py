"""The head of a report: what became of the model, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.report.markup import Html, element, joined, paragraph, table
from pipeline.report.material import Material, MissingError
from pipeline.report.words import figure_in_words, interval_in_words, named, percent, plural

if TYPE_CHECKING:
    from schemas.blessing import Verdict
    from schemas.evaluation import Metrics
    from schemas.gate import RuleResult
    from schemas.run import RunRecord

__all__ = ["head", "rules"]

GOOD, BAD, OPEN = ("good", "✓"), ("bad", "✗"), ("open", "!")
LOOKS = {"promoted": GOOD, "completed": GOOD, "rejected": BAD, "failed": BAD}
TITLES = {"rejected": "Refused"}


def head(material: Material) -> Html:
    """Say the outcome in a word, why in a sentence, and the figures that matter most."""
    record = material.record
    look, sign = LOOKS.get(record.outcome, OPEN)
    title = TITLES.get(record.outcome, record.outcome.capitalize())
    return element(
        "header",
        element("p", f"digits · run {record.run}", class_="run"),
        element("h1", element("span", sign, class_="sign", aria_hidden="true"), f" {title}"),
        *(paragraph(line, class_="why") for line in _why(record)),
        *([paragraph(record.notice, class_="notice")] if record.notice else []),
        _tiles(material),
        class_=f"head {look}",
    )


def _why(record: RunRecord) -> list[str]:
    errors = [f"{stage.stage}: {stage.error}" for stage in record.stages if stage.error]
    if record.outcome == "failed":
        return errors or [record.error or "The run failed, and says no more."]
    if record.outcome in {"interrupted", "running"}:
        at = f" in {record.under_way}" if record.under_way else ""
        return [f"The run was {'still under way' if record.outcome == 'running' else 'interrupted'}{at}."]
    return _judged(record.verdict, record)


def _judged(verdict: Verdict | None, record: RunRecord) -> list[str]:
    if verdict is None:
        return ["Nothing was judged in this run."]
    missed = [rule for rule in verdict.rules if not rule.passed]
    if not missed and verdict.blessed:
        met = (
            "The one rule of the gate is met."
            if len(verdict.rules) == 1
            else f"All {len(verdict.rules)} rules are met."
        )
        return [met, *(f"{_rule_name(rule)}: {rule.note}" for rule in verdict.rules if rule.note)]
    kept = "The champion stays as it was." if record.champion else "There is no champion."
    return [*verdict.reasons, f"{len(missed)} of {plural(len(verdict.rules), 'rule')} missed. {kept}"]


def _tiles(material: Material) -> Html:
    try:
        metrics = material.metrics
    except (MissingError, OSError, ValueError):
        return Html("")
    return element("dl", *_figures_first(metrics), class_="tiles")


def _figures_first(metrics: Metrics) -> list[Html]:
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
    """Give every rule: what it asks for, what was measured, and by how much that falls short."""
    verdict = material.record.verdict
    if verdict is None:
        raise MissingError("The gate judged nothing in this run.")
    if not verdict.rules:
        return paragraph("The gate has no rules: nothing can be blessed.")
    rows = [
        (_rule_name(rule), _asked(rule), _measured(rule), joined(_mark(passed=rule.passed), _small(_shortfall(rule))))
        for rule in verdict.rules
    ]
    return joined(table("Rules of the gate", ("rule", "asks for", "measured", "result"), rows), _worst(verdict))


def _rule_name(rule: RuleResult) -> str:
    of = "" if rule.of in {"", "all"} else f" {named(rule.of)}"
    part = f" ({rule.part})" if rule.part else ""
    return f"{named(rule.metric)}{of}{part}"


def _asked(rule: RuleResult) -> str:
    return rule.expected.replace(">=", "≥").replace("<=", "≤")


def _measured(rule: RuleResult) -> Html:
    parts: list[str] = []
    if rule.bound is not None:
        end = f"{100 * rule.confidence:g} % bound" if rule.confidence else "bound"
        parts.append(f"{end} {figure_in_words(rule.metric, rule.bound)}")
    if rule.count is not None:
        parts.append(f"n = {rule.count:,}")
    return joined(figure_in_words(rule.metric, rule.actual), *map(_small, parts))


def _mark(*, passed: bool) -> Html:
    look, said = ("good", "✓ met") if passed else ("bad", "✗ missed")
    return element("span", said, class_=f"mark {look}")


def _shortfall(rule: RuleResult) -> str:
    if rule.passed:
        return rule.note
    if rule.shortfall_pictures and rule.metric == "precision":
        return f"{rule.shortfall_pictures} fewer misread as it needed"
    if rule.shortfall_pictures:
        return f"{rule.shortfall_pictures:,} more right needed"
    return f"off by {rule.shortfall:.4f}" if rule.shortfall is not None else rule.reason


def _worst(verdict: Verdict) -> Html:
    """Say which digits and which confusions are the worst; nothing where the verdict does not."""
    digits = ", ".join(f"{each.digit} ({each.wrong} of {each.count})" for each in verdict.worst_digits)
    pairs = ", ".join(f"{each.digit} as {each.read} ({each.count})" for each in verdict.worst_confusions)
    said = [f"{title}: {text}." for title, text in (("Misread most", digits), ("Mostly", pairs)) if text]
    return paragraph(" ".join(said)) if said else Html("")
