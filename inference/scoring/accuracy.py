"""How pictures were answered whose folders say what they show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Labels", "right"]

EXAMPLES = 5
TOP = "."  # what a picture lies in that lies in no folder of the one that is scored


@dataclass
class Labels:
    """Counts of the files that are not skipped; a label is the name of a class that the folder of a file has.

    Attributes:
        classes: the name of each class.
        labelled: how many files lie in a folder named like a class; what cannot be read, and blank pages, count too.
        answered: how often each label was answered with each class.
        guessed: how often each label was unsure, and each class the guess.
        unlabelled: how many files lie elsewhere.
        folders: the names of the first folders elsewhere.
    """

    classes: tuple[str, ...]
    labelled: int = 0
    answered: Counter[tuple[str, str]] = field(default_factory=Counter)
    guessed: Counter[tuple[str, str]] = field(default_factory=Counter)
    unlabelled: int = 0
    folders: list[str] = field(default_factory=list)

    def add(self, table: pa.Table) -> None:
        """Count the rows of a part that has the column `label`."""
        columns = (table.column(name).to_pylist() for name in ("label", "decision", "digit"))
        for label, decision, digit in zip(*columns, strict=True):
            if decision == "skipped":
                continue
            if label not in self.classes:
                self._add_elsewhere(label or TOP)
                continue
            self.labelled += 1
            if digit:
                (self.answered if decision == "digit" else self.guessed)[label, digit] += 1

    def _add_elsewhere(self, folder: str) -> None:
        self.unlabelled += 1
        if len(self.folders) < EXAMPLES and folder not in self.folders:
            self.folders.append(folder)

    @property
    def confusion(self) -> Counter[tuple[str, str]]:
        """How often each label was read as each class, guesses taken as answers."""
        return self.answered + self.guessed

    @property
    def accuracy(self) -> float | None:
        """Share of the answered pictures that were answered right, guesses apart; None where none was answered."""
        return _share(self.answered)

    @property
    def accuracy_with_guesses(self) -> float | None:
        """Share of the pictures with an answer or a guess whose answer or guess is right; None where there are none."""
        return _share(self.confusion)

    @property
    def coverage(self) -> float | None:
        """Share of all labelled files that were answered; None where there are none."""
        return self.answered.total() / self.labelled if self.labelled else None

    def matrix(self, names: Sequence[str]) -> list[list[int]]:
        """Give how often each label, a row, was read as each class, a column, sure or not; both in this order."""
        confusion = self.confusion
        return [[confusion[label, digit] for digit in names] for label in names]


def right(pairs: Counter[tuple[str, str]]) -> int:
    """Count those whose digit is their label."""
    return sum(count for (label, digit), count in pairs.items() if label == digit)


def _share(pairs: Counter[tuple[str, str]]) -> float | None:
    return right(pairs) / pairs.total() if pairs else None
