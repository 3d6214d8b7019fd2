"""Format metrics for people: percentages, intervals, names without underscores."""

from __future__ import annotations

__all__ = ["UNBROKEN", "figure_in_words", "interval_in_words", "percent", "plural", "points", "readable"]

SHARES = {
    *("accuracy", "precision", "recall", "f1", "coverage", "answered_accuracy", "calibration_error"),
    *("robustness", "refusals", "orientation"),
}
UNBROKEN = "\N{NO-BREAK SPACE}"
NAMES = {
    "f1": "F1",
    "log_loss": "log loss",
    "calibration_error": "calibration error",
    "answered_accuracy": "accuracy when answered",
}


def readable(name: str) -> str:
    """Return the name of a metric, kind or outcome for people."""
    return NAMES.get(name, name.replace("_", " "))


def percent(share: float) -> str:
    """Return a share in percent with two decimals; a no-break space precedes the sign."""
    return f"{100 * share:.2f}{UNBROKEN}%"


def figure_in_words(name: str, value: float | None) -> str:
    """Return a metric's value: shares in percent, others as plain numbers, None as 'not a number'."""
    if value is None:
        return "not a number"
    if name in SHARES:
        return percent(value)
    if name == "champion":
        return points(value)
    return f"{value:,.0f}" if name == "parameters" else f"{value:.4f}"


def points(difference: float) -> str:
    """Return a difference of two shares in percentage points, signed."""
    return f"{100 * difference:+.2f} points"


def interval_in_words(name: str, interval: tuple[float, float] | None) -> str:
    """Return an interval as '99.43 to 99.69 %'; '' for None."""
    if interval is None:
        return ""
    low, high = interval
    return f"{100 * low:.2f} to {100 * high:.2f}{UNBROKEN}%" if name in SHARES else f"{low:.4f} to {high:.4f}"


def plural(count: int, noun: str) -> str:
    """Return '1 picture', '2,000 pictures'."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
