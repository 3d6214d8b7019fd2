"""The predictions of a folder, merged from their parts into Parquet, CSV or JSON Lines, or left as parts."""

from __future__ import annotations

import json
import os
import secrets
from codecs import BOM_UTF8
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from inference.scoring.storage.atomic_file import is_remote, join, read_file, remove, write_atomically
from schemas.errors import StageError, UsageError
from schemas.manifest import fsync, move_into_place

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Output"]

GROUP = 65_536  # rows in a row group
FORMULA = r"^([=+\-@\t\r])"  # OWASP, CSV injection
SUFFIXES = (".parquet", ".csv", ".jsonl")


class Output:
    """Where predictions go.

    Args:
        path: a file ending in .parquet, .csv or .jsonl, or a folder for the parts themselves.
        excel: whether a .csv file is for spreadsheets: it begins with a byte-order mark, and no cell is a formula.

    Raises:
        UsageError: it has another ending, its parent folder does not exist, or *excel* is asked of another format.
    """

    def __init__(self, path: str, *, excel: bool = False) -> None:
        self.excel = excel
        self.path = path.rstrip("/") if is_remote(path) else os.path.abspath(path)
        self.suffix = os.path.splitext(self.path)[1].lower()
        if path.endswith("/") or (not is_remote(path) and Path(path).is_dir()):
            self.suffix = ""
        if self.suffix not in {"", *SUFFIXES}:
            raise UsageError(
                f"--out {path}: there is no such format",
                found=self.suffix,
                expected=f"a file ending in {', '.join(SUFFIXES)}, or a folder",
            )
        if excel and self.suffix != ".csv":
            raise UsageError("--excel is for CSV only", found=path, do="--out FILE.csv")
        parent = os.path.dirname(self.path)
        if not is_remote(path) and not Path(parent).is_dir():
            raise UsageError(f"--out {path}: there is no such folder", found=parent, do="make it first")

    @property
    def parts(self) -> str:
        """Folder of the parts, kept until the output is complete."""
        return f"{self.path}.parts" if self.suffix else self.path

    def write(self, names: Sequence[str], schema: pa.Schema, see: Callable[[pa.Table], object]) -> None:
        """Write the predictions of all parts, in order.

        Args:
            names: of the parts.
            schema: of the parts, and of an output without parts.
            see: called with each part.

        Raises:
            StageError: a part is damaged; it is removed, so that the next attempt makes it again.
        """
        parts = _show((_read_part(join(self.parts, name)) for name in names), see)
        tables = chain([schema.empty_table()], parts)
        if not self.suffix:
            for _ in tables:
                pass
            self._flush_parts(names)
        elif is_remote(self.path):
            buffer = BytesIO()
            self._write(tables, buffer)
            write_atomically(self.path, buffer.getvalue())
        else:
            with _atomic_file(Path(self.parts), Path(self.path)) as file:
                self._write(tables, file)

    def _write(self, tables: Iterator[pa.Table], file: BinaryIO) -> None:
        if self.excel:
            file.write(BOM_UTF8)
            tables = map(_without_formulas, tables)
        _WRITERS[self.suffix](tables, file)

    def _flush_parts(self, names: Sequence[str]) -> None:
        """Flush the parts to disk: with the file systems of Beam, they are."""
        for path in [] if is_remote(self.path) else [*(join(self.parts, name) for name in names), self.parts]:
            fsync(Path(path))


def _read_part(path: str) -> pa.Table:
    import pyarrow.parquet as pq

    data = read_file(path)
    try:
        # Not read_table: it imports pyarrow.dataset and pyarrow.compute, a tenth of the start-up.
        table = pq.ParquetFile(BytesIO(data), page_checksum_verification=True).read()
    except (OSError, ValueError) as error:
        remove(path)
        raise StageError(
            f"{path} is damaged", found=str(error), do="run the same command again: it scores these files again"
        ) from error
    return table.replace_schema_metadata()


def _show(tables: Iterator[pa.Table], see: Callable[[pa.Table], object]) -> Iterator[pa.Table]:
    for table in tables:
        see(table)
        yield table


@contextmanager
def _atomic_file(folder: Path, path: Path) -> Generator[BinaryIO]:
    """Open a temporary file in *folder*, which is cleared later; rename it to *path* once it is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{path.name}.{secrets.token_hex(4)}"
    try:
        with temporary.open("wb") as file:
            yield file
        move_into_place(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink()


def _write_parquet(tables: Iterator[pa.Table], file: BinaryIO) -> None:
    import pyarrow.parquet as pq

    writer: Any = None
    for table in _in_groups(tables):
        writer = writer or pq.ParquetWriter(file, table.schema, write_page_checksum=True)
        writer.write_table(table)
    if writer:
        writer.close()


def _in_groups(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    import pyarrow as pa

    some: list[pa.Table] = []
    for table in tables:
        some.append(table)
        if sum(map(len, some)) >= GROUP:
            yield pa.concat_tables(some).combine_chunks()
            some = []
    if some:
        yield pa.concat_tables(some).combine_chunks()


def _write_csv(tables: Iterator[pa.Table], file: BinaryIO) -> None:
    from pyarrow import csv

    header = True
    for table in tables:
        csv.write_csv(_flat(table), file, csv.WriteOptions(include_header=header))
        header = False


def _flat(table: pa.Table) -> pa.Table:
    """Split `probabilities` into one column a class: a CSV cell holds one value."""
    import pyarrow.compute as pc

    if "probabilities" not in table.column_names:
        return table
    column = table.column("probabilities")
    for i in range(int((table.schema.field("probabilities").metadata or {})[b"classes"])):
        table = table.append_column(f"probability_{i}", pc.list_element(column, i))
    return table.drop_columns("probabilities")


def _without_formulas(table: pa.Table) -> pa.Table:
    """Put an apostrophe before each text that a spreadsheet would take for a formula."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for i, field in enumerate(table.schema):
        if field.type == pa.string():
            table = table.set_column(i, field, pc.replace_substring_regex(table.column(i), FORMULA, r"'\1"))
    return table


def _write_jsonl(tables: Iterator[pa.Table], file: BinaryIO) -> None:
    for table in tables:
        file.writelines(json.dumps(row).encode() + b"\n" for row in table.to_pylist())


_WRITERS: dict[str, Callable[[Iterator[Any], BinaryIO], None]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
}
