"""Progress and messages of a stage, sent through the standard library's logging."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

__all__ = ["LOGGER", "Progress", "format_duration", "report", "report_part", "tell"]

LOGGER = logging.getLogger("digits.progress")
LARGE = 100  # figures from here on are shown without decimals
SPANS = ((7200, 3600, "h"), (120, 60, "min"))  # seconds from which a unit is used, its length in seconds, its name


@dataclass(frozen=True)
class Progress:
    """The progress of a stage.

    Attributes:
        done: units finished.
        total: units in total; None if they are not counted.
        unit: the unit, for display: 'step'.
        figures: current figures by name, such as loss and accuracy.
        milestone: whether to print a line even without a live display.
        rate: units per second, if it predicts the remaining time.
        grows: whether *total* may still grow, so that the remaining time is unknown.
        part: whether the stage continues after *total*, so that the remaining time is unknown.
    """

    done: int
    total: int | None
    unit: str
    figures: dict[str, float] = field(default_factory=dict)
    milestone: bool = False
    rate: float | None = None
    grows: bool = False
    part: bool = False

    @property
    def ends(self) -> bool:
        """Whether the stage ends at *total*, as far as is known."""
        return self.total is not None and not (self.grows or self.part)

    def __str__(self) -> str:
        """Return one line, such as 'step 200/1400  loss 0.2100' or 'files 200/1400  50 files/s  24 s left'."""
        counts = "" if self.total is None else f" {self.done}/{self.total}"
        figures = "".join(
            f"  {name} {value:{'.4f' if value < LARGE else ',.0f'}}" for name, value in self.figures.items()
        )
        return f"{self.unit}{counts}{' found so far' * self.grows}{figures}{self._speed()}"

    def _speed(self) -> str:
        if not self.rate:
            return ""
        left = f"  {format_duration(((self.total or 0) - self.done) / self.rate)} left" if self.ends else ""
        return f"  {self.rate:,.0f} {self.unit}/s{left}"


def format_duration(seconds: float) -> str:
    """Return a duration in words: '90 s', '12 min', '5 h'."""
    size, unit = next(((size, unit) for least, size, unit in SPANS if seconds >= least), (1, "s"))
    return f"{seconds / size:.0f} {unit}"


def report(progress: Progress) -> None:
    """Log the progress of the stage: a milestone at level INFO, anything else at DEBUG."""
    level = logging.INFO if progress.milestone else logging.DEBUG
    LOGGER.log(level, "%s", progress, extra={"progress": progress})


def report_part(name: str, done: int = 0, total: int | None = None) -> None:
    """Report a part of the stage by its name; with *total*, also how many of its units are done."""
    report(Progress(done, total, name, part=True))


def tell(message: str) -> None:
    """Log a message for the user at level INFO."""
    LOGGER.info("%s", message, extra={"told": message})
