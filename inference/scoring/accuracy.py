"""Accuracy on pictures whose folder names their label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FolderAccuracy", "count_right"]

EXAMPLES = 5
NOTHING = {"skipped", "empty"}  # decisions on what is no picture, or no digit
TOP = "."  # the scored folder itself


@dataclass
class FolderAccuracy:
    """Counts of labelled files; skipped files and empty boxes do not count.

    The label of a file is the name of its folder, if that is the name of a class.

    Attributes:
        classes: the name of each class.
        labelled: number of files in a folder named after a class, unreadable files and blank pages included.
        answered: number of answers by (label, class).
        guessed: number of unsure guesses by (label, class).
        unlabelled: number of files in other folders.
        folders: names of the first of those folders.
    """

    classes: tuple[str, ...]
    labelled: int = 0
    answered: Counter[tuple[str, str]] = field(default_factory=Counter)
    guessed: Counter[tuple[str, str]] = field(default_factory=Counter)
    unlabelled: int = 0
    folders: list[str] = field(default_factory=list)

    def add(self, table: pa.Table) -> None:
        """Count the rows of a part; it must have the column `label`."""
        columns = (table.column(name).to_pylist() for name in ("label", "decision", "guess"))
        for label, decision, guess in zip(*columns, strict=True):
            if decision in NOTHING:
                continue
            if label not in self.classes:
                self._add_elsewhere(label or TOP)
                continue
            self.labelled += 1
            if guess:
                (self.answered if decision == "answered" else self.guessed)[label, guess] += 1

    def _add_elsewhere(self, folder: str) -> None:
        self.unlabelled += 1
        if len(self.folders) < EXAMPLES and folder not in self.folders:
            self.folders.append(folder)

    @property
    def confusion(self) -> Counter[tuple[str, str]]:
        """Number of pictures by (label, class), guesses counted as answers."""
        return self.answered + self.guessed

    @property
    def accuracy(self) -> float | None:
        """Share of answers that are right, guesses excluded; None without answers."""
        return _share(self.answered)

    @property
    def accuracy_with_guesses(self) -> float | None:
        """Share of answers and guesses that are right; None without either."""
        return _share(self.confusion)

    @property
    def coverage(self) -> float | None:
        """Share of labelled files that were answered; None without labelled files."""
        return self.answered.total() / self.labelled if self.labelled else None

    def matrix(self, names: Sequence[str]) -> list[list[int]]:
        """Return the confusion matrix, guesses included: rows are labels, columns are classes, both in this order."""
        confusion = self.confusion
        return [[confusion[label, digit] for digit in names] for label in names]


def count_right(pairs: Counter[tuple[str, str]]) -> int:
    """Return the number of pairs whose class is the label."""
    return sum(count for (label, digit), count in pairs.items() if label == digit)


def _share(pairs: Counter[tuple[str, str]]) -> float | None:
    return count_right(pairs) / pairs.total() if pairs else None
