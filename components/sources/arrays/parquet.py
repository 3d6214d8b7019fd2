"""Read pictures from Parquet files, such as those of Hugging Face: as picture files, lists of pixels, or columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.sources.arrays.assemble import assemble
from components.sources.arrays.columns import LABEL, find_columns
from components.sources.arrays.picture_file import read_pixels
from components.sources.arrays.pixels import Pixels, side_of
from schemas.artifacts.examples import SIDE
from schemas.errors import InputError, nearest
from schemas.progress import Progress, report

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from components.sources.source_result import SourceResult
    from components.sources.source_settings import SourceEntry

__all__ = ["read_parquet"]

IMAGE = ("image", "img", "picture", "pixels", "pixel_values", "features", "x")
"""What people call a column of pictures."""
BATCH = 1000  # pictures read at once


def read_parquet(entry: SourceEntry, seed: int) -> SourceResult:
    """Read `file` and `test_file`, or train*.parquet and test*.parquet of `folder`.

    A column holds picture files (binary, or Hugging Face's struct of bytes and path) or lists of pixels, flat or row
    by row; or each pixel has a column. A picture file of 28x28 grey pixels is taken as it is; any other goes through
    the front end of prediction.

    Raises:
        InputError: a file is missing, damaged or has no column of pictures or labels, or a row is invalid; the error
            names the row.
    """
    parts: dict[str, Any] = {}
    words, names = "", None
    for split, paths in _files(entry).items():
        images, labels = list[Any](), list[str]()
        for path in paths:
            found, more, words, names = _read_file(path, entry.label)
            images.append(found)
            labels += more
        parts[split] = (_joined(images), labels)
    return assemble(entry, seed, parts, words, names)


def _files(entry: SourceEntry) -> dict[str, list[Path]]:
    if entry.folder is None:
        return {name: [path] for name, path in (("train", entry.file), ("test", entry.test_file)) if path}
    found = {name: sorted(entry.folder.glob(f"{name}*.parquet")) for name in ("train", "test")}
    if not found["train"]:
        raise InputError(
            f"{entry.folder} holds no train*.parquet",
            found=", ".join(sorted(path.name for path in entry.folder.glob("*"))[:5]) or "no files",
            expected="train-00000-of-00001.parquet, as Hugging Face names it, and test-...",
            do="set file and test_file instead of folder",
        )
    return {name: paths for name, paths in found.items() if paths}


def _read_file(path: Path, label: str | None) -> tuple[NDArray[np.uint8], list[str], str, list[str] | None]:
    """Return the pictures, uint8 [n, 28, 28], their labels, words about the pixels, and the names of the labels."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema, total = file.schema_arrow, file.metadata.num_rows
            reader = _reader(path, schema, label)
            images, labels, done = list[Any](), list[str](), 0
            for batch in file.iter_batches(BATCH, columns=reader.columns):
                images.append(reader.pictures(batch, done))
                labels += _labels(path, batch.column(reader.label), done)
                done += batch.num_rows
                report(Progress(done, total, "picture"))
    except (pa.ArrowException, MemoryError, OSError) as error:
        raise InputError(f"{path} cannot be read", found=str(error), expected="a Parquet file") from error
    return _joined(images), labels, reader.words, _names_in(schema, reader.label)


def _joined(images: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    import numpy as np

    return np.concatenate([np.zeros((0, SIDE, SIDE), np.uint8), *images])


def _reader(path: Path, schema: pa.Schema, label: str | None) -> _PixelColumns | _ListColumn | _FileColumn:
    """Choose how to read the pictures by the types of the columns."""
    import pyarrow as pa

    named = {name.lower(): name for name in schema.names}
    image = next((named[each] for each in IMAGE if each in named), None)
    kind: Any = schema.field(image).type if image else None
    if image is None or not (pa.types.is_nested(kind) or _is_binary(kind)):
        found = find_columns(str(path), schema.names, len(schema.names), (), label)
        return _PixelColumns(path, schema.names[found.label], [schema.names[i] for i in found.pixels], found.side)
    wanted = (label,) if label else LABEL
    own = next((named[each.lower()] for each in wanted if each.lower() in named), None)
    if own is None:
        raise InputError(
            f"{path} has no column {label}" if label else f"{path}: which column holds the labels?",
            found=", ".join(schema.names),
            do=nearest(label or LABEL[0], schema.names) or "name it with label in pipeline.yaml",
        )
    if pa.types.is_struct(kind) or _is_binary(kind):
        return _FileColumn(path, own, image)
    return _ListColumn(path, own, image)


def _is_binary(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


class _PixelColumns:
    """Reads pictures whose pixels have a column each.

    Args:
        path: of the file.
        label: name of the column of labels.
        names: of the columns of pixels.
        side: of the pictures.
    """

    def __init__(self, path: Path, label: str, names: list[str], side: int) -> None:
        self.label, self.columns = label, [label, *names]
        self._path, self._names, self._side = path, names, side
        self._pixels: Pixels | None = None

    @property
    def words(self) -> str:
        """What was found about the pixels."""
        return self._pixels.words if self._pixels else ""

    def pictures(self, batch: pa.RecordBatch, first: int) -> NDArray[np.uint8]:
        """Return the pictures of a batch, whose first row has the number *first*."""
        import numpy as np

        columns = [batch.column(name) for name in self._names]
        rows = np.stack([np.asarray(each.to_numpy(zero_copy_only=False), np.float32) for each in columns], axis=1)
        self._pixels = self._pixels or Pixels.of(str(self._path), self._side, rows)
        return self._pixels.pictures(rows, first, self._names)


class _ListColumn:
    """Reads pictures that are lists of pixels, flat or a list for each row of the picture.

    Args:
        path: of the file.
        label: name of the column of labels.
        image: name of the column of pictures.
    """

    def __init__(self, path: Path, label: str, image: str) -> None:
        self.label, self.columns = label, [label, image]
        self._path, self._image = path, image
        self._pixels: Pixels | None = None

    @property
    def words(self) -> str:
        """What was found about the pixels."""
        return self._pixels.words if self._pixels else ""

    def pictures(self, batch: pa.RecordBatch, first: int) -> NDArray[np.uint8]:
        """Return the pictures of a batch, whose first row has the number *first*."""
        import numpy as np

        values = batch.column(self._image).to_pylist()
        flat = [None if each is None else np.asarray(each, object).ravel() for each in values]
        side = self._pixels.side if self._pixels else side_of(0 if flat[0] is None else len(flat[0])) or 0
        for row, each in enumerate(flat):
            if each is None or len(each) != side * side or not side:
                raise InputError(
                    f"{self._path}: row {first + row}, {self._image} is no square picture",
                    found="nothing" if each is None else f"{len(each):,} pixels",
                    expected=f"{side * side:,}, as in the first row" if side else "784, or another square number",
                )
        rows = np.array(flat, np.float32).reshape(len(flat), -1)
        self._pixels = self._pixels or Pixels.of(str(self._path), side, rows)
        return self._pixels.pictures(rows, first)


class _FileColumn:
    """Reads pictures that are picture files.

    Args:
        path: of the file.
        label: name of the column of labels.
        image: name of the column of pictures, of binary or of Hugging Face's struct {bytes, path}.
    """

    words = "picture files"

    def __init__(self, path: Path, label: str, image: str) -> None:
        self.label, self.columns = label, [label, image]
        self._path, self._image = path, image

    def pictures(self, batch: pa.RecordBatch, first: int) -> NDArray[np.uint8]:
        """Return the pictures of a batch, whose first row has the number *first*."""
        import numpy as np

        cells: list[Any] = batch.column(self._image).to_pylist()
        files = [cell.get("bytes") if isinstance(cell, dict) else cell for cell in cells]
        return np.array([self._picture(file, first + row) for row, file in enumerate(files)], np.uint8)

    def _picture(self, file: bytes | None, row: int) -> NDArray[np.uint8]:
        from inference.files.unreadable import UnreadableError

        if not file:
            raise InputError(
                f"{self._path}: row {row}, {self._image} holds no picture",
                found="no bytes",
                expected="a picture file: paths of other files are not followed",
            )
        try:
            return read_pixels(file)
        except UnreadableError as error:
            raise InputError(f"{self._path}: row {row}, {self._image} cannot be read", found=error.reason) from error


def _labels(path: Path, column: pa.Array[Any], first: int) -> list[str]:
    values: list[Any] = column.to_pylist()
    for row, value in enumerate(values):
        if value is None or (isinstance(value, str) and not value.strip()):
            raise InputError(f"{path}: row {first + row} has no label", expected="a label in each row")
    return [str(int(value)) if isinstance(value, bool) else str(value) for value in values]


def _names_in(schema: pa.Schema, label: str) -> list[str] | None:
    """Return the names of the labels that Hugging Face's metadata hold, or None."""
    try:
        about: Any = json.loads((schema.metadata or {})[b"huggingface"])
        names = about["info"]["features"][label]["names"]
    except (KeyError, TypeError, ValueError):
        return None
    return [str(name) for name in names] if isinstance(names, list) else None
