"""Figures in words: shares in percent, intervals, names without underscores."""

from __future__ import annotations

__all__ = ["UNBROKEN", "figure_in_words", "interval_in_words", "named", "percent", "plural", "points"]

SHARES = {
    *("accuracy", "precision", "recall", "f1", "coverage", "answered_accuracy", "calibration_error"),
    *("robustness", "refusals"),
}
UNBROKEN = "\N{NO-BREAK SPACE}"
NAMES = {
    "f1": "F1",
    "log_loss": "log loss",
    "calibration_error": "calibration error",
    "answered_accuracy": "accuracy of what is answered",
}


def named(name: str) -> str:
    """Give a metric's, a kind's or an outcome's name for people."""
    return NAMES.get(name, name.replace("_", " "))


def percent(share: float) -> str:
    """Give a share in percent, with two decimals; no line ends before the sign."""
    return f"{100 * share:.2f}{UNBROKEN}%"


def figure_in_words(name: str, value: float | None) -> str:
    """Give a metric's value: a share in percent, any other as it is; what is not a number is said to be none."""
    if value is None:
        return "not a number"
    if name in SHARES:
        return percent(value)
    if name == "champion":
        return points(value)
    return f"{value:,.0f}" if name == "parameters" else f"{value:.4f}"


def points(difference: float) -> str:
    """Give a difference of two shares in percentage points, with its sign."""
    return f"{100 * difference:+.2f} points"


def interval_in_words(name: str, interval: tuple[float, float] | None) -> str:
    """Give the two ends of an interval: '99.43 to 99.69 %'; '' without one."""
    if interval is None:
        return ""
    low, high = interval
    return f"{100 * low:.2f} to {100 * high:.2f}{UNBROKEN}%" if name in SHARES else f"{low:.4f} to {high:.4f}"


def plural(count: int, noun: str) -> str:
    """Give '1 picture', '2,000 pictures'."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
