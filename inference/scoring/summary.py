"""What a scored folder holds: counts, reasons with examples, and whether it is what the model was trained for."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Summary"]

EXAMPLES = 3
LEAST_CERTAIN = 48
ENOUGH = 50  # pictures with ink, of which a share says something
OFTEN = 10  # times as many refused as of validation digits: the folder holds something else
LEAST, MOST = 0.1, 0.5  # share of pictures that this is, whatever the model refuses of its validation digits


@dataclass
class Summary:
    """Counts of predictions.

    Attributes:
        classes: the name of each class.
        decisions: how many files of each decision.
        doubtful: how many pictures were not answered, of those that show something.
        digits: how many pictures were answered with each class.
        reasons: by decision and reason, how many, and the paths of the first.
        least_certain: confidence, path and digit of the pictures that were answered with the least confidence.
        confusion: how often each label was answered with each class, where there are labels.
    """

    classes: tuple[str, ...]
    decisions: Counter[str] = field(default_factory=Counter[str])
    doubtful: int = 0
    digits: Counter[str] = field(default_factory=Counter[str])
    reasons: dict[tuple[str, str], tuple[int, list[str]]] = field(default_factory=dict)
    least_certain: list[tuple[float, str, str]] = field(default_factory=list)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

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
        rows = [(columns["confidence"][i], columns["path"][i], columns["digit"][i]) for i in answered]
        self.least_certain = heapq.nsmallest(LEAST_CERTAIN, [*self.least_certain, *rows])
        for path, decision, reason in zip(columns["path"], columns["decision"], columns["reason"], strict=True):
            if reason:
                count, paths = self.reasons.get((decision, reason), (0, []))
                self.reasons[decision, reason] = count + 1, paths if len(paths) == EXAMPLES else [*paths, path]
        if "label" in table.column_names:
            pairs = zip(table.column("label").to_pylist(), columns["digit"], strict=True)
            self.confusion.update((label, digit) for label, digit in pairs if label in self.classes and digit)

    @property
    def scored(self) -> int:
        """How many pictures were answered with a digit."""
        return self.decisions["digit"]

    @property
    def accuracy(self) -> float | None:
        """Share of the labelled pictures whose digit, sure or not, is their label; None where there are none."""
        every = self.confusion.total()
        return sum(self.confusion[name, name] for name in self.classes) / every if every else None

    def matrix(self, names: Sequence[str]) -> list[list[int]]:
        """Give how often each label, a row, was answered with each class, a column, sure or not; both in this order."""
        return [[self.confusion[label, digit] for digit in names] for label in names]

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
