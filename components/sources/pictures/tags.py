"""Read tags.csv, which adds user-defined columns to the pictures of a folder."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from schemas.artifacts.examples import COLUMNS, DIGIT, SOURCE
from schemas.errors import InputError, nearest

__all__ = ["TAGS", "read_tags"]

TAGS = "tags.csv"
PATH = "path"
RESERVED = (*COLUMNS, DIGIT, SOURCE, PATH)
MAX_BYTES = 64 * 2**20


def read_tags(folder: Path, pictures: Iterable[str]) -> dict[str, dict[str, str]]:
    """Read the tags of a folder's pictures: a header `path,NAME,...`, and one row per tagged picture.

    Args:
        folder: the folder of pictures; tags.csv is optional.
        pictures: the path of each picture, relative to the folder.

    Returns:
        For each column, the tags by path of picture; pictures without a row are left out.

    Raises:
        InputError: the file cannot be read, the header is invalid, or a row has the wrong length, names an unknown
            picture, or repeats one.
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
            raise InputError(f"{file}:{line}: {path} already has a row", expected="one row per picture")
        for column, value in zip(columns, row[1:], strict=True):
            tags[column][path] = value.strip()
    return tags


def _read_rows(file: Path) -> list[tuple[int, list[str]]]:
    """Return all rows that are not empty, each with its line number."""
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
        raise InputError(
            f"{file} has no valid header",
            found=", ".join(names) or "an empty file",
            expected=f"{PATH}, then the name of each tag",
        )
    for position, name in enumerate(names[1:], 1):
        if not name or name in names[:position]:
            raise InputError(f"{file}: each tag needs a unique name", found=", ".join(names))
        if name in RESERVED:
            raise InputError(
                f"{file}: a tag cannot be named {name}", expected=f"a name other than {', '.join(RESERVED)}"
            )
    return names[1:]


def _check_row(place: str, path: str, row: list[str], columns: list[str], known: set[str]) -> None:
    if len(row) != len(columns) + 1:
        raise InputError(f"{place}: wrong number of cells", found=str(len(row)), expected=f"{len(columns) + 1}")
    if path not in known:
        raise InputError(
            f"{place}: there is no picture {path}",
            expected="a path relative to the folder, such as 3/mine.png",
            do=nearest(path, sorted(known)),
        )
