"""Read pictures from a CSV file: a row for each picture, with its label and its pixels."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from components.sources.arrays.assemble import assemble
from components.sources.arrays.columns import LABEL, Columns, find_columns, is_number
from components.sources.arrays.pixels import Pixels
from schemas.artifacts.examples import SIDE
from schemas.errors import InputError
from schemas.progress import Progress, report

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from components.sources.source_result import SourceResult
    from components.sources.source_settings import SourceEntry

__all__ = ["read_csv"]

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
FIRST = 200  # rows that tell which column holds the labels
BLOCK = 8 * 2**20  # bytes read at once; a row must be shorter
FAULT = re.compile(r"(?:In CSV column #(\d+): )?.*?Row #(\d+): (.*)", re.DOTALL)
INVALID = re.compile(r"invalid value '(.*)'", re.DOTALL)


def read_csv(entry: SourceEntry, seed: int) -> SourceResult:
    """Read `file`, and `test_file` if it is set: each row is a picture, a label and its pixels row by row.

    With or without a header, gzipped or not; separated by commas, semicolons or tabs; the range of the pixels and the
    side of the pictures are found out.

    Raises:
        InputError: a file is damaged, has no column of labels, or a row is invalid; the error names row and column.
    """
    parts: dict[str, Any] = {}
    words = ""
    for name, path in (("train", entry.file), ("test", entry.test_file)):
        if path is not None:
            images, labels, words = _read_file(path, entry.label)
            parts[name] = (images, labels)
    return assemble(entry, seed, parts, words)


def _read_file(path: Path, label: str | None) -> tuple[NDArray[np.uint8], list[str], str]:
    """Return the pictures, uint8 [n, 28, 28], their labels, and words about the pixels."""
    import numpy as np

    names, skipped, columns, delimiter = _look_at(path, label)
    at = names or [f"column {i + 1}" for i in range(len(columns.pixels) + 1)]
    shown = [at[i] or f"column {i + 1}" for i in columns.pixels]
    images, labels, pixels = list[Any](), list[str](), None
    for batch in _batches(path, columns, delimiter, names, skipped):
        rows = np.stack([np.asarray(batch.column(str(i))) for i in columns.pixels], axis=1)
        pixels = pixels or Pixels.of(str(path), columns.side, rows)
        images.append(pixels.pictures(rows, len(labels) + 1 + skipped, shown))
        labels += cast("list[str]", batch.column(str(columns.label)).to_pylist())
        report(Progress(len(labels), None, "picture"))
    empty = np.zeros((0, SIDE, SIDE), np.uint8)
    if blank := [i for i, each in enumerate(labels) if not each.strip()]:
        raise InputError(f"{path}: row {blank[0] + 1 + skipped} has no label", expected="a label in each row")
    return np.concatenate([empty, *images]), labels, pixels.words if pixels else ""


def _look_at(path: Path, label: str | None) -> tuple[list[str] | None, int, Columns, str]:
    """Return the names of the columns or None, the number of header lines, what the columns are, and the delimiter."""
    with _reading(path), _open(path) as stream:
        text = io.TextIOWrapper(cast("Any", stream), encoding="utf-8-sig", newline="")
        first = text.readline()
        delimiter = max(",;\t", key=first.count)
        rest = list(islice(csv.reader(text, delimiter=delimiter, strict=True), FIRST))
        head = next(csv.reader([first], delimiter=delimiter), [])
    if not head:
        raise InputError(f"{path} is empty", expected="a row for each picture: its label, and its pixels")
    words = [cell for cell in head if not is_number(cell)]
    counted = head == [str(i) for i in range(len(head))]  # pandas's header of columns without names
    has_header = len(words) > 1 or counted or any(word.strip().lower() in LABEL for word in words)
    rows = [row for row in (rest if has_header else [head, *rest]) if len(row) == len(head)]
    names = [cell.strip() for cell in head] if has_header and not counted else None
    if not rows:
        raise InputError(f"{path} holds no pictures", found="only a header", expected="a row for each picture")
    return names, int(has_header), find_columns(str(path), names, len(head), rows, label), delimiter


def _batches(
    path: Path, columns: Columns, delimiter: str, names: list[str] | None, skipped: int
) -> Iterator[pa.RecordBatch]:
    """Yield the rows in blocks; columns are named by their position."""
    import pyarrow as pa
    import pyarrow.csv as pc

    width = max(columns.label, *columns.pixels) + 1
    width = max(width, len(names or ()))
    reading = pc.ReadOptions(
        use_threads=False,  # or errors would not tell the row
        block_size=BLOCK,
        skip_rows=skipped,
        column_names=[str(i) for i in range(width)],
    )
    parsing = pc.ParseOptions(delimiter=delimiter)
    kinds = {str(i): pa.float32() for i in columns.pixels} | {str(columns.label): pa.string()}
    converting = pc.ConvertOptions(
        column_types=kinds, include_columns=list(kinds), null_values=[], strings_can_be_null=False
    )
    with _reading(path, names), _open(path) as stream:
        yield from pc.open_csv(cast("Any", stream), reading, parsing, converting)


def _open(path: Path) -> pa.NativeFile:
    """Open a file, gzipped or not: its first bytes tell, not its name."""
    import pyarrow as pa

    with path.open("rb") as file:
        first = file.read(len(ZIP))
    if first == ZIP:
        raise InputError(f"{path} is a zip archive", expected="a CSV file, or one compressed by gzip", do="unzip it")
    plain = pa.OSFile(str(path), "rb")
    return pa.CompressedInputStream(plain, "gzip") if first.startswith(GZIP) else plain


@contextmanager
def _reading(path: Path, names: list[str] | None = None) -> Generator[None]:
    """Turn what a library raises about a file into an error that names row and column."""
    import pyarrow as pa

    try:
        yield
    except pa.ArrowInvalid as error:
        raise _explain(path, str(error), names) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read", found=str(error), expected="CSV in UTF-8") from error
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} cannot be read", found=str(error).partition("\n")[0]) from error


def _explain(path: Path, text: str, names: list[str] | None) -> InputError:
    found = FAULT.match(text)
    if found is None:
        return InputError(f"{path} cannot be read", found=text, expected="a row for each picture")
    column, row, rest = found.groups()
    where = "" if column is None else f", {(names[int(column)] if names else '') or f'column {int(column) + 1}'}"
    wrong = INVALID.search(rest)
    return InputError(
        f"{path}: row {row}{where}: " + ("no number" if wrong else "wrong number of cells"),
        found=(wrong[1] or "an empty cell") if wrong else rest.partition(":")[0],
        expected="a pixel" if wrong else "as many cells as in the first row",
    )
