"""How a component tells how far it is: through the standard library's logging, to whoever listens."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

__all__ = ["LOGGER", "Progress", "report", "tell"]

LOGGER = logging.getLogger("digits.progress")
MANY = 100  # figures from here on are told without decimals


@dataclass(frozen=True)
class Progress:
    """How far a stage is.

    Attributes:
        done: units finished.
        total: units in all.
        unit: what is counted, for people: 'step'.
        figures: what is known by now, such as loss and accuracy.
        milestone: worth a line of its own where there is no live display.
    """

    done: int
    total: int
    unit: str
    figures: dict[str, float] = field(default_factory=dict)
    milestone: bool = False

    def __str__(self) -> str:
        """Give one line: 'step 200/1400  loss 0.2100  accuracy 0.9500'."""
        figures = "".join(
            f"  {name} {value:{'.4f' if value < MANY else ',.0f'}}" for name, value in self.figures.items()
        )
        return f"{self.unit} {self.done}/{self.total}{figures}"


def report(progress: Progress) -> None:
    """Tell how far the stage is: a milestone at level INFO, anything else at DEBUG."""
    level = logging.INFO if progress.milestone else logging.DEBUG
    LOGGER.log(level, "%s", progress, extra={"progress": progress})


def tell(message: str) -> None:
    """Tell something once, at level INFO: what the stage works on, or with."""
    LOGGER.info("%s", message, extra={"told": message})
