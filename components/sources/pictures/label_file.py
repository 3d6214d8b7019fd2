"""Read the labels of pictures from a CSV file beside them: a column of file names and one of labels."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from components.sources.arrays.columns import LABEL
from components.sources.pictures.tags import TAGS
from schemas.errors import InputError, nearest
from schemas.settings.external_data import name_of

__all__ = ["LabelFile", "find_label_file", "read_label_file"]

ENDINGS = {".csv": ",", ".tsv": "\t"}
SPLIT = ("split", "set", "subset")
MAX_BYTES = 256 * 2**20
LOOKED_AT = 50  # rows that decide whether a file is one of labels


@dataclass(frozen=True)
class LabelFile:
    """The labels in a file.

    Attributes:
        path: of the file.
        columns: names of its columns; `column 1` and so on without a header.
        named: index of the column of file names.
        labels: label of each picture, by its path relative to the folder.
        splits: what the column `split` says of each picture; empty without one.
    """

    path: Path
    columns: list[str]
    named: int
    labels: dict[str, str]
    splits: dict[str, str]


def find_label_file(folder: Path, pictures: Iterable[str]) -> Path | None:
    """Return the file in a folder whose first rows name pictures of it, or None; tags.csv is none.

    Args:
        folder: the folder of pictures.
        pictures: the path of each picture, relative to the folder.
    """
    candidates = [
        path for path in sorted(folder.iterdir()) if path.suffix.lower() in ENDINGS and path.name.lower() != TAGS
    ]
    if not candidates:
        return None
    known = _Names(pictures)
    for path in candidates:
        try:
            rows = [row for row, _ in zip(_rows(path), range(LOOKED_AT + 1), strict=False)]
        except InputError:
            continue
        if _column_of_names([row for _, row in rows], known) is not None and len(rows[0][1]) > 1:
            return path
    return None


def read_label_file(path: Path, folder: Path, pictures: Iterable[str], column: str | None = None) -> LabelFile:
    """Read the labels of pictures.

    The column of file names is the one that names pictures of the folder, by their path or by their name alone. The
    labels are in *column*, or in a column named label, class, digit or the like, or in the only other column, or in
    one column of 0 and 1 for each class.

    Args:
        path: the file, with or without a header.
        folder: the folder of pictures.
        pictures: the path of each picture, relative to the folder.
        column: name of the column of labels.

    Raises:
        InputError: the file cannot be read, a column is missing, or a row names no picture, has no label, or
            contradicts another; the error names the line.
    """
    rows, known = list(_rows(path)), _Names(pictures)
    named = _column_of_names([row for _, row in rows[: LOOKED_AT + 1]], known)
    if named is None:
        raise InputError(
            f"{path} names no pictures of {folder}",
            found=", ".join(rows[0][1]) if rows else "an empty file",
            expected="a column of file names, such as filename,label",
        )
    has_header = known.find(rows[0][1][named]) is None
    columns = _column_names(rows[0][1], has_header=has_header)
    rows = rows[has_header:]
    label_of = _labels(path, columns, named, [row for _, row in rows], column)
    split_at = next((i for i, name in enumerate(columns) if name.lower() in SPLIT and i != named), None)
    labels, splits = dict[str, str](), dict[str, str]()
    for line, row in rows:
        place = f"{path}:{line}"
        picture = _checked(place, row, len(columns), named, known)
        label = label_of(place, row)
        if labels.setdefault(picture, label) != label:
            raise InputError(f"{place}: {picture} has two labels", found=f"{labels[picture]} and {label}")
        if split_at is not None:
            splits[picture] = row[split_at].strip().lower()
    return LabelFile(path, columns, named, labels, splits)


class _Names:
    """Finds pictures by what a file of labels calls them.

    Args:
        pictures: the path of each picture, relative to the folder.
    """

    def __init__(self, pictures: Iterable[str]) -> None:
        self.paths = set(pictures)
        self._by_name: dict[str, set[str]] = {}
        for path in self.paths:
            name = path.rpartition("/")[2]
            self._by_name.setdefault(name, set()).add(path)
            self._by_name.setdefault(name.rpartition(".")[0], set()).add(path)

    def find(self, cell: str) -> str | None:
        """Return the picture that a cell names, by path, name, or name without extension; None if none or several."""
        path = cell.strip().replace("\\", "/").removeprefix("./")
        if path in self.paths:
            return path
        found = self._by_name.get(path.rpartition("/")[2], set())
        return next(iter(found)) if len(found) == 1 else None


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield all rows that are not empty, each with its line number."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is too large", expected=f"at most {MAX_BYTES // 2**20} MiB")
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max((ENDINGS.get(path.suffix.lower(), ","), ";", "\t"), key=first.count)
            reader = csv.reader(file, strict=True, delimiter=delimiter)
            yield from ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read", found=str(error), expected="CSV in UTF-8") from error


def _column_of_names(rows: list[list[str]], known: _Names) -> int | None:
    """Return the column in which at least half of the rows name a picture each, the first with most of them.

    Copies do not count: the digit 7 in a column of labels may be the name of one picture, but not of many.
    """
    width = max(map(len, rows), default=0)
    hits = [len({known.find(row[i]) for row in rows if len(row) > i} - {None}) for i in range(width)]
    best = max(range(width), key=hits.__getitem__, default=0)
    return best if hits and hits[best] and 2 * hits[best] >= len(rows) - 1 else None


def _column_names(first: list[str], *, has_header: bool) -> list[str]:
    return [name.strip() for name in first] if has_header else [f"column {i + 1}" for i in range(len(first))]


class _OneColumn:
    """Takes the label from one column."""

    def __init__(self, at: int) -> None:
        self._at = at

    def __call__(self, place: str, row: list[str]) -> str:
        label = row[self._at].strip()
        if not label:
            raise InputError(f"{place}: no label", found="an empty cell", expected="the name of a class")
        return re.sub(r"^(-?\d+)\.0+$", r"\1", label)  # pandas writes whole numbers beside a gap as 3.0


class _OneHot:
    """Takes the label from columns of 0 and 1, one for each class."""

    def __init__(self, columns: dict[int, str]) -> None:
        self._columns = columns

    def __call__(self, place: str, row: list[str]) -> str:
        chosen = [name for i, name in self._columns.items() if row[i].strip() == "1"]
        if len(chosen) != 1:
            raise InputError(f"{place}: {len(chosen)} classes are marked 1", expected="exactly one")
        return chosen[0]


def _labels(
    path: Path, columns: list[str], named: int, rows: list[list[str]], column: str | None
) -> _OneColumn | _OneHot:
    """Find the labels: in the named column, in one with a telling name, in the only other one, or one-hot."""
    lowered = [name.lower() for name in columns]
    if column is not None:
        if column not in columns:
            raise InputError(
                f"{path} has no column {column}", found=", ".join(columns), do=nearest(column, columns) or "set label"
            )
        return _OneColumn(columns.index(column))
    for name in LABEL:
        if name in lowered and lowered.index(name) != named:
            return _OneColumn(lowered.index(name))
    others = [i for i, name in enumerate(lowered) if i != named and name and name not in SPLIT]
    if len(others) == 1:
        return _OneColumn(others[0])
    marked = {row[i].strip() for row in rows for i in others if len(row) > i}
    if len(others) > 1 and marked <= {"0", "1"}:
        return _OneHot({i: columns[i] for i in others})
    raise InputError(
        f"{path}: which column holds the labels?",
        found=", ".join(columns),
        do="name it with label, beside labels in pipeline.yaml",
    )


def _checked(place: str, row: list[str], width: int, named: int, known: _Names) -> str:
    """Return the picture that a row names."""
    if len(row) != width:
        raise InputError(f"{place}: wrong number of cells", found=str(len(row)), expected=str(width))
    picture = known.find(row[named])
    if picture is None:
        cell = name_of(row[named].strip())
        raise InputError(
            f"{place}: there is no picture {cell}, or several have this name",
            expected="the name of a picture, or its path relative to the folder",
            do=nearest(cell, sorted(known.paths)),
        )
    return picture
