"""The predictions of a folder, put together from their parts: Parquet, CSV, JSON lines, or the parts themselves."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from inference.scoring.storage.atomic_file import fetch, is_remote, join, place, remove
from schemas.errors import StageError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Output"]

GROUP = 65_536  # rows of a row group
SUFFIXES = (".parquet", ".csv", ".jsonl")


class Output:
    """Where predictions go.

    Args:
        path: a file ending in .parquet, .csv or .jsonl; or a folder, which takes the parts as they are.

    Raises:
        UsageError: it has another ending, or the folder it is to lie in is not there.
    """

    def __init__(self, path: str) -> None:
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
        place = os.path.dirname(self.path)
        if not is_remote(path) and not Path(place).is_dir():
            raise UsageError(f"--out {path}: there is no such folder", found=place, do="make it first")

    @property
    def parts(self) -> str:
        """Folder of the parts: what is kept until the output is whole."""
        return f"{self.path}.parts" if self.suffix else self.path

    def write(self, names: Iterable[str], schema: pa.Schema, see: Callable[[pa.Table], object]) -> None:
        """Write the predictions of all parts, in their order.

        Args:
            names: of the parts.
            schema: of each of them, and of an output without any.
            see: is shown each of them on the way.

        Raises:
            StageError: a part is damaged; it is removed, so that the next attempt makes it anew.
        """
        parts = _shown((_read_part(join(self.parts, name)) for name in names), see)
        tables = chain([schema.empty_table()], parts)
        if not self.suffix:
            for _ in tables:
                pass
        elif is_remote(self.path):
            buffer = BytesIO()
            _WRITERS[self.suffix](tables, buffer)
            place(self.path, buffer.getvalue())
        else:
            with _aside(Path(self.parts), Path(self.path)) as file:
                _WRITERS[self.suffix](tables, file)


def _read_part(path: str) -> pa.Table:
    import pyarrow.parquet as pq

    data = fetch(path)
    try:
        table = pq.read_table(BytesIO(data), page_checksum_verification=True)
    except (OSError, ValueError) as error:
        remove(path)
        raise StageError(
            f"{path} is damaged", found=str(error), do="run the same command again: it scores these files once more"
        ) from error
    return table.replace_schema_metadata()


def _shown(tables: Iterator[pa.Table], see: Callable[[pa.Table], object]) -> Iterator[pa.Table]:
    for table in tables:
        see(table)
        yield table


@contextmanager
def _aside(folder: Path, path: Path) -> Generator[BinaryIO]:
    """Open a file in a folder that is cleared sooner or later; it takes the place of another when it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{path.name}.{secrets.token_hex(4)}"
    try:
        with aside.open("wb") as file:
            yield file
        aside.replace(path)
    finally:
        with suppress(OSError):
            aside.unlink()


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
    """Give each probability a column of its own: a cell of CSV holds one value."""
    import pyarrow.compute as pc

    if "probabilities" not in table.column_names:
        return table
    column = table.column("probabilities")
    for i in range(int((table.schema.field("probabilities").metadata or {})[b"classes"])):
        table = table.append_column(f"probability_{i}", pc.list_element(column, i))
    return table.drop_columns("probabilities")


def _write_jsonl(tables: Iterator[pa.Table], file: BinaryIO) -> None:
    for table in tables:
        file.writelines(json.dumps(row).encode() + b"\n" for row in table.to_pylist())


_WRITERS: dict[str, Callable[[Iterator[Any], BinaryIO], None]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
}
