"""Score one shard: files in, one Parquet part out; the only entry point of every engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference.files.extensions import has_picture_extension
from inference.files.header import has_picture_signature
from inference.files.tiff_pages import tiff_pages
from inference.files.unreadable import UnreadableError
from inference.model.reader import Reader
from inference.scoring.page_rows import score_page
from inference.scoring.rows import Row, score_batch
from inference.scoring.shard import Shard
from inference.scoring.storage.atomic_file import read_file, write_atomically
from inference.scoring.storage.disk import Disk, Folder
from inference.scoring.storage.remote import Remote
from schemas.artifacts.predictions import name_of_path, prediction_schema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FILES", "PASSING", "Columns", "Task", "score_shard"]

BATCH = 256  # pictures in one call of the network: beyond this, the overhead of a call is negligible
PASSING = {b"passing": b"1"}  # in the footer of a part with a transient failure
FILES = b"files"  # in the footer of a part with more than a row for each file: the number of files
# Columns of few distinct values, which Parquet stores with a dictionary.
FEW = ["label", "decision", "reason", "digit", "guess", "runner_up", "width", "height", "format", "model"]


@dataclass(frozen=True)
class Columns:
    """The optional columns.

    Attributes:
        labels: whether to write the name of each picture's folder.
        sha256: whether to write the sha256 of each file.
        probabilities: whether to write the probability of every class.
        places: whether to write a row for each digit of a picture, with its line, position and box.
    """

    labels: bool = False
    sha256: bool = False
    probabilities: bool = False
    places: bool = False


@dataclass(frozen=True)
class Task:
    """One shard to score.

    Attributes:
        shard: path of the shard's file.
        part: path of the part to write.
        files: number of files in the shard.
        size: total size of those files, in bytes.
    """

    shard: str
    part: str
    files: int
    size: int


def score_shard(task: Task, source: Disk | Remote, reader: Reader, columns: Columns) -> None:
    """Score every file of a shard and write its part; an unreadable file gets a row that says why.

    Args:
        task: the paths of shard and part.
        source: the folder being scored.
        reader: the model.
        columns: the optional columns to write.

    Raises:
        OSError: the shard cannot be read or the part cannot be written.
    """
    shard = Shard.from_bytes(read_file(task.shard))
    hashes: list[str | None] = []
    rows: list[list[Row]] = []
    with source.open(shard.folder) as folder:
        for begin in range(0, len(shard), BATCH):
            some = shard.files[begin : begin + BATCH]
            loaded = (_load(folder, name, skipped, hashes if columns.sha256 else None) for name, skipped in some)
            rows += _score_pages(loaded, reader) if columns.places else _score_digits(loaded, reader)
    write_atomically(task.part, _to_parquet(_table(shard, rows, hashes, reader, columns)))


def _score_digits(files: Iterable[bytes | Row], reader: Reader) -> list[list[Row]]:
    """Return the rows of each file: one, or one for each page; all pages share the batches of the network."""
    counts: list[int] = []

    def pages() -> Iterator[bytes | Row]:
        for file in files:
            counts.append(0)
            for page in _pages(file):
                counts[-1] += 1
                yield page

    rows = iter(score_batch(pages(), reader))
    return [_numbered([[next(rows)] for _ in range(count)]) for count in counts]


def _score_pages(files: Iterable[bytes | Row], reader: Reader) -> list[list[Row]]:
    """Return the rows of each file: one for each digit of each page."""
    return [_numbered([score_page(page, reader) for page in _pages(file)]) for file in files]


def _pages(file: bytes | Row) -> Iterator[bytes | Row]:
    """Yield each page of a file, or the row that says why it is not read."""
    if isinstance(file, Row):
        yield file
        return
    try:
        yield from tiff_pages(file)
    except UnreadableError as error:
        yield Row("unreadable", error.reason)


def _numbered(pages: list[list[Row]]) -> list[Row]:
    """Return the rows of all pages, with the page's number if there are several."""
    if len(pages) == 1:
        return pages[0]
    return [row._replace(page=number) for number, rows in enumerate(pages, 1) for row in rows]


def _load(folder: Folder, name: bytes, skipped: str, hashes: list[str | None] | None) -> bytes | Row:
    """Return a file's content, or its row if it is not scored; a name without extension needs a picture signature."""
    digest = None
    try:
        loaded = Row("skipped", skipped) if skipped else folder.read(name)
    except UnreadableError as error:
        loaded = Row("unreadable", error.reason, passing=error.passing)
    if isinstance(loaded, bytes):
        digest = hashlib.sha256(loaded).hexdigest() if hashes is not None else None
        if not has_picture_extension(name) and not has_picture_signature(loaded):
            loaded = Row("skipped", "not a picture")
    if hashes is not None:
        hashes.append(digest)
    return loaded


def _table(
    shard: Shard, files: list[list[Row]], hashes: list[str | None], reader: Reader, columns: Columns
) -> pa.Table:
    import pyarrow as pa

    schema = prediction_schema(len(reader.classes), **vars(columns))
    folder = name_of_path(shard.folder)
    prefix = f"{folder}/" if folder else ""
    rows = [row for some in files for row in some]
    values: dict[str, Any] = dict(zip(Row._fields, zip(*rows, strict=True), strict=True))
    names = [prefix + name_of_path(name) for name, _ in shard.files]
    values["path"] = [name for name, some in zip(names, files, strict=True) for _ in some]
    values["label"] = [folder.rpartition("/")[2] or None] * len(rows)
    values["sha256"] = [each for each, some in zip(hashes, files, strict=False) for _ in some]
    values["model"] = [reader.version] * len(rows)
    about = PASSING if any(values["passing"]) else {}
    if len(rows) != len(files) or columns.places:
        about = {**about, FILES: b"%d" % len(files)}
    if about:
        schema = schema.with_metadata(about)
    return pa.table([pa.array(values[name], schema.field(name).type) for name in schema.names], schema=schema)


def _to_parquet(table: pa.Table) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = pa.BufferOutputStream()
    few = [name for name in FEW if name in table.column_names]
    pq.write_table(table, buffer, use_dictionary=few, write_page_checksum=True)  # pyright: ignore[reportArgumentType]
    return buffer.getvalue().to_pybytes()
