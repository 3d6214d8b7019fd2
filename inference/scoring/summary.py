"""What a scored folder holds: counts, reasons with examples, and whether it is what the model was trained for."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from inference.scoring.accuracy import Labels

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Seen", "Summary"]

EXAMPLES = 3
LEAST_CERTAIN = 48
ENOUGH = 50  # pictures with ink, of which a share says something
OFTEN = 10  # times as many refused as of validation digits: the folder holds something else
LEAST, MOST = 0.1, 0.5  # share of pictures that this is, whatever the model refuses of its validation digits


class Seen(NamedTuple):
    """A picture that somebody may want to look at.

    Attributes:
        path: in the folder, as name_of_path writes it.
        reason: why it is unsure; '' where it is not.
        digit: the answer, or the guess; None where there is no ink.
        confidence: 0 to 1; None likewise.
    """

    path: str
    reason: str
    digit: str | None
    confidence: float | None


@dataclass
class Summary:
    """Counts of predictions.

    Attributes:
        classes: the name of each class.
        decisions: how many files of each decision.
        doubtful: how many pictures were not answered, of those that show something.
        digits: how many pictures were answered with each class.
        reasons: by decision and reason, how many, and the paths of the first.
        least_certain: the pictures that were answered with the least confidence.
        unsure: those that were not answered, of the least confidence; pages without ink last.
        labels: how pictures with labels were answered; None where nobody asked for labels.
    """

    classes: tuple[str, ...]
    decisions: Counter[str] = field(default_factory=Counter[str])
    doubtful: int = 0
    digits: Counter[str] = field(default_factory=Counter[str])
    reasons: dict[tuple[str, str], tuple[int, list[str]]] = field(default_factory=dict)
    least_certain: list[Seen] = field(default_factory=list)
    unsure: list[Seen] = field(default_factory=list)
    labels: Labels | None = None

    def add(self, table: pa.Table) -> None:
        """Count the rows of a part."""
        columns: dict[str, list[Any]] = {
            name: table.column(name).to_pylist() for name in ("path", "digit", "confidence", "decision", "reason")
        }
        self.decisions.update(columns["decision"])
        pairs = zip(columns["digit"], columns["decision"], strict=True)
        self.doubtful += sum(decision == "unsure" and digit is not None for digit, decision in pairs)
        answered = [i for i, decision in enumerate(columns["decision"]) if decision == "digit"]
        self.digits.update(columns["digit"][i] for i in answered)
        rows = list(zip(*(columns[name] for name in ("path", "reason", "digit", "confidence")), strict=True))
        unsure = (Seen(*row) for row, decision in zip(rows, columns["decision"], strict=True) if decision == "unsure")
        self.least_certain = _least([*self.least_certain, *(Seen(*rows[i]) for i in answered)])
        self.unsure = _least([*self.unsure, *unsure])
        for path, decision, reason in zip(columns["path"], columns["decision"], columns["reason"], strict=True):
            if reason:
                count, paths = self.reasons.get((decision, reason), (0, []))
                self.reasons[decision, reason] = count + 1, paths if len(paths) == EXAMPLES else [*paths, path]
        if "label" in table.column_names:
            self.labels = self.labels or Labels(self.classes)
            self.labels.add(table)

    @property
    def scored(self) -> int:
        """How many pictures were answered with a digit."""
        return self.decisions["digit"]

    def drift(self, refused: float) -> str | None:
        """Say that the pictures look unlike those the model was trained on, where they do.

        Args:
            refused: share of validation digits that is not answered.
        """
        seen = self.scored + self.doubtful
        if seen < ENOUGH or self.doubtful <= min(max(OFTEN * refused, LEAST), MOST) * seen:
            return None
        return (
            f"{self.doubtful / seen:.0%} of these pictures look like nothing the model was trained on "
            f"({refused:.1%} of its own validation digits do): read the answers with care"
        )


def _least(seen: list[Seen]) -> list[Seen]:
    return heapq.nsmallest(LEAST_CERTAIN, seen, key=lambda each: (each.confidence is None, each.confidence, each.path))
