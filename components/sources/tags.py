"""Columns of one's own beside the pictures of a folder: tags.csv."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from schemas.artifacts.examples import COLUMNS, DIGIT, SOURCE
from schemas.errors import InputError, nearest

__all__ = ["TAGS", "read_tags"]

TAGS = "tags.csv"
PATH = "path"
TAKEN = (*COLUMNS, DIGIT, SOURCE, PATH)
MAX_BYTES = 64 * 2**20


def read_tags(folder: Path, pictures: Iterable[str]) -> dict[str, dict[str, str]]:
    """Read the tags of a folder's pictures: a header `path,NAME,...`, and a row for each picture that has any.

    Args:
        folder: of the pictures; it need not have tags.
        pictures: the path of each, relative to the folder.

    Returns:
        By column, the tag of each picture that has a row.

    Raises:
        InputError: the file cannot be read, its header is none, or a row is of no picture, or of one that had one.
    """
    file = folder / TAGS
    if not file.is_file():
        return {}
    rows = _read_rows(file)
    columns = _check_header(file, rows[0][1] if rows else [])
    known, tags = set(pictures), {column: dict[str, str]() for column in columns}
    for line, row in rows[1:]:
        path = row[0].strip().removeprefix("./")
        _check_row(f"{file}:{line}", path, row, columns, known)
        if columns and path in tags[columns[0]]:
            raise InputError(f"{file}:{line}: {path} has a row already", expected="one row a picture")
        for column, value in zip(columns, row[1:], strict=True):
            tags[column][path] = value.strip()
    return tags


def _read_rows(file: Path) -> list[tuple[int, list[str]]]:
    """Give every row that is not empty, with its line."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise InputError(f"{file} is too large", expected=f"at most {MAX_BYTES // 2**20} MiB")
        reader = csv.reader(file.read_text(encoding="utf-8-sig").splitlines(), strict=True)
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file} cannot be read", found=str(error), expected="CSV in UTF-8") from error


def _check_header(file: Path, header: list[str]) -> list[str]:
    names = [name.strip() for name in header]
    if names[:1] != [PATH] or len(names) == 1:
        raise InputError(f"{file} has no header of tags", found=", ".join(names), expected=f"{PATH}, and a name a tag")
    for position, name in enumerate(names[1:], 1):
        if not name or name in names[:position]:
            raise InputError(f"{file}: a tag needs a name of its own", found=", ".join(names))
        if name in TAKEN:
            raise InputError(f"{file}: a tag cannot be named {name}", expected=f"none of {', '.join(TAKEN)}")
    return names[1:]


def _check_row(place: str, path: str, row: list[str], columns: list[str], known: set[str]) -> None:
    if len(row) != len(columns) + 1:
        raise InputError(f"{place}: a row of another length", found=f"{len(row)} cells", expected=f"{len(columns) + 1}")
    if path not in known:
        raise InputError(
            f"{place}: there is no picture {path}",
            expected="its path below the folder, such as 3/mine.png",
            do=nearest(path, sorted(known)),
        )
