"""Tell which columns of a table are pixels and which holds the labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from components.sources.arrays.pixels import side_of
from schemas.errors import InputError, nearest

__all__ = ["LABEL", "Columns", "find_columns", "is_number"]

LABEL = ("label", "labels", "class", "digit", "target", "category", "choice", "y")
"""What people call a column of labels."""
INDEX = frozenset({"", "index", "id", "unnamed: 0", "row.names", "rownames", "row", "rn", "__index_level_0__"})
ENDS = {"first": 0, "last": -1}
SPREAD = 2  # how much more often the commonest value of a corner pixel occurs than that of a label


@dataclass(frozen=True)
class Columns:
    """The columns of a table of pictures, by their position.

    Attributes:
        label: of the labels.
        pixels: of the pixels, row by row.
        side: of the square pictures.
    """

    label: int
    pixels: list[int]
    side: int


def find_columns(
    place: str, names: Sequence[str] | None, width: int, rows: Sequence[Sequence[str]], label: str | None
) -> Columns:
    """Find the columns of labels and pixels.

    Args:
        place: names the file in errors.
        names: of the columns; None if they have none.
        width: number of columns.
        rows: the first rows, which tell which end holds the labels if the columns have no names.
        label: name of the column of labels, `first` or `last`; None to look for it.

    Raises:
        InputError: there is no column of labels, or the others are no square picture.
    """
    at = _label_of(place, names, width, rows, label) % max(width, 1)
    others = [i for i in range(width) if i != at]
    side = side_of(len(others))
    if side is None and names is not None:
        others = [i for i in others if names[i].lower() not in INDEX]
        side = side_of(len(others))
    if side is None:
        raise InputError(
            f"{place}: the pixels are no square picture",
            found=f"{len(others):,} columns beside the label",
            expected="784 of a picture of 28x28, or another square number",
            do="remove the columns that are no pixels",
        )
    return Columns(at, others, side)


def _label_of(
    place: str, names: Sequence[str] | None, width: int, rows: Sequence[Sequence[str]], label: str | None
) -> int:
    if names is not None and (label is None or label in names):
        lowered = [name.lower() for name in names]
        wanted = [label.lower()] if label is not None else LABEL
        if found := [lowered.index(each) for each in wanted if each in lowered]:
            return found[0]
    if label in ENDS:
        return ENDS[label]
    if names is None and label is None and width:
        return _end_of(place, rows)
    if label is None and side_of(width):
        raise InputError(
            f"{place} has no column of labels",
            found=f"{width:,} columns, of pixels only",
            expected=f"a column called {LABEL[0]}, beside the pixels",
            do="pictures without labels can be scored, not learned",
        )
    known = list(names or ENDS)
    raise InputError(
        f"{place} has no column {label}" if label else f"{place}: which column holds the labels?",
        found=", ".join(known[:5]) + (f" and {len(known) - 5:,} more" if len(known) > 5 else ""),  # noqa: PLR2004
        expected=f"a column called {LABEL[0]}",
        do=nearest(label or LABEL[0], known) or "name it with label in pipeline.yaml, or set label: first or last",
    )


def _end_of(place: str, rows: Sequence[Sequence[str]]) -> int:
    """Tell which end holds the labels: a corner pixel nearly always has one value, and a word is a label."""
    words = [end for end in ENDS.values() if not all(is_number(row[end]) for row in rows)]
    if len(words) == 1:
        return words[0]
    common = {end: Counter(row[end] for row in rows).most_common(1)[0][1] for end in ENDS.values()}
    ends = sorted(common, key=common.__getitem__)
    if common[ends[0]] * SPREAD <= common[ends[1]]:
        return ends[0]
    raise InputError(
        f"{place}: do the labels come first or last?",
        found="columns without names",
        do="set label: first or label: last in pipeline.yaml",
    )


def is_number(cell: str) -> bool:
    """Return whether a cell holds a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
