"""Summary of a scored folder: counts, reasons with examples, and drift from the training data."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from inference.scoring.accuracy import FolderAccuracy

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ScoredPicture", "Summary"]

EXAMPLES = 3  # paths kept for each reason
LEAST_CERTAIN = 48  # pictures kept for the contact sheet
# LEAST was chosen with Fashion-MNIST in mind (6 % unlike any digit, 90 % without strokes); the others by eye.
ENOUGH = 50  # fewest pictures with ink that drift is judged on
OFTEN = 10  # times the share of refused validation digits: a larger share of refused pictures is drift
LEAST, MOST = 0.1, 0.5  # bounds of that share of refused pictures, whatever the model refuses in validation


class ScoredPicture(NamedTuple):
    """A picture with its answer, for review.

    Attributes:
        path: relative to the scored folder, as name_of_path writes it.
        reason: why it is unsure; None if it is answered.
        guess: the most likely digit, answered or not; None without ink.
        confidence: 0 to 1; None without ink.
    """

    path: str
    reason: str | None
    guess: str | None
    confidence: float | None


@dataclass
class Summary:
    """Counts of predictions.

    Attributes:
        classes: the name of each class.
        decisions: number of files by decision; of digits if each has a row.
        doubtful: number of unsure pictures, blank pages excluded.
        digits: number of answers by class.
        reasons: number of files and first paths, by decision and reason.
        least_certain: the answered pictures with the least confidence.
        unsure: the unsure pictures with the least confidence; blank pages last.
        labels: accuracy on labelled pictures; None if the parts have no labels.
        files: number of files.
    """

    classes: tuple[str, ...]
    decisions: Counter[str] = field(default_factory=Counter[str])
    doubtful: int = 0
    digits: Counter[str] = field(default_factory=Counter[str])
    reasons: dict[tuple[str, str], tuple[int, list[str]]] = field(default_factory=dict)
    least_certain: list[ScoredPicture] = field(default_factory=list)
    unsure: list[ScoredPicture] = field(default_factory=list)
    labels: FolderAccuracy | None = None
    files: int = 0

    def add(self, table: pa.Table) -> None:
        """Count the rows of a part."""
        columns: dict[str, list[Any]] = {
            name: table.column(name).to_pylist() for name in ("path", "guess", "confidence", "decision", "reason")
        }
        self.files += len(set(columns["path"]))
        self.decisions.update(columns["decision"])
        pairs = zip(columns["guess"], columns["decision"], strict=True)
        self.doubtful += sum(decision == "unsure" and guess is not None for guess, decision in pairs)
        answered = [i for i, decision in enumerate(columns["decision"]) if decision == "answered"]
        self.digits.update(columns["guess"][i] for i in answered)
        rows = list(zip(*(columns[name] for name in ("path", "reason", "guess", "confidence")), strict=True))
        unsure = (
            ScoredPicture(*row) for row, decision in zip(rows, columns["decision"], strict=True) if decision == "unsure"
        )
        self.least_certain = _least([*self.least_certain, *(ScoredPicture(*rows[i]) for i in answered)])
        self.unsure = _least([*self.unsure, *unsure])
        for path, decision, reason in zip(columns["path"], columns["decision"], columns["reason"], strict=True):
            if reason:
                count, paths = self.reasons.get((decision, reason), (0, []))
                self.reasons[decision, reason] = count + 1, paths if len(paths) == EXAMPLES else [*paths, path]
        if "label" in table.column_names:
            self.labels = self.labels or FolderAccuracy(self.classes)
            self.labels.add(table)

    @property
    def scored(self) -> int:
        """Number of pictures answered with a digit."""
        return self.decisions["answered"]

    def drift(self, refused: float) -> str | None:
        """Return a warning if the pictures look unlike those the model was trained on, else None.

        Args:
            refused: share of validation digits that the model does not answer, 0 to 1.
        """
        seen = self.scored + self.doubtful
        if seen < ENOUGH or self.doubtful <= min(max(OFTEN * refused, LEAST), MOST) * seen:
            return None
        return (
            f"{self.doubtful / seen:.0%} of these pictures look like nothing the model was trained on "
            f"({refused:.1%} of its own validation digits do): read the answers with care"
        )


def _least(seen: list[ScoredPicture]) -> list[ScoredPicture]:
    return heapq.nsmallest(LEAST_CERTAIN, seen, key=lambda each: (each.confidence is None, each.confidence, each.path))
