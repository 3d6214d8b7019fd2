"""How a component tells how far it is: through the standard library's logging, to whoever listens."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

__all__ = ["LOGGER", "Progress", "report", "tell", "time_told"]

LOGGER = logging.getLogger("digits.progress")
MANY = 100  # figures from here on are told without decimals
SPANS = ((7200, 3600, "h"), (120, 60, "min"))  # seconds from which on a time is told in such units


@dataclass(frozen=True)
class Progress:
    """How far a stage is.

    Attributes:
        done: units finished.
        total: units in all.
        unit: what is counted, for people: 'step'.
        figures: what is known by now, such as loss and accuracy.
        milestone: worth a line of its own where there is no live display.
        rate: units a second by now, where that says how long it will take.
        grows: whether there may be more units than *total*: nobody knows then how long.
    """

    done: int
    total: int
    unit: str
    figures: dict[str, float] = field(default_factory=dict)
    milestone: bool = False
    rate: float | None = None
    grows: bool = False

    def __str__(self) -> str:
        """Give one line: 'step 200/1400  loss 0.2100  accuracy 0.9500', or 'files 200/1400  50 files/s  24 s left'."""
        figures = "".join(
            f"  {name} {value:{'.4f' if value < MANY else ',.0f'}}" for name, value in self.figures.items()
        )
        return f"{self.unit} {self.done}/{self.total}{' found by now' * self.grows}{figures}{self._speed()}"

    def _speed(self) -> str:
        if not self.rate:
            return ""
        left = "" if self.grows else f"  {time_told((self.total - self.done) / self.rate)} left"
        return f"  {self.rate:,.0f} {self.unit}/s{left}"


def time_told(seconds: float) -> str:
    """Tell a time in the unit that suits it: '90 s', '12 min', '5 h'."""
    size, unit = next(((size, unit) for least, size, unit in SPANS if seconds >= least), (1, "s"))
    return f"{seconds / size:.0f} {unit}"


def report(progress: Progress) -> None:
    """Tell how far the stage is: a milestone at level INFO, anything else at DEBUG."""
    level = logging.INFO if progress.milestone else logging.DEBUG
    LOGGER.log(level, "%s", progress, extra={"progress": progress})


def tell(message: str) -> None:
    """Tell something once, at level INFO: what the stage works on, or with."""
    LOGGER.info("%s", message, extra={"told": message})
