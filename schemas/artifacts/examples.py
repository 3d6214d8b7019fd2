"""Labelled pictures in named splits: one compressed Arrow IPC file per split."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from schemas.artifacts.artifact import Artifact
from schemas.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["DRAWN", "Examples", "Split"]

SIDE = 28
PIXELS = SIDE * SIDE
COLUMNS = ("image", "label", "id")
LEVEL = 1  # MNIST takes a fifth of its size, and 0.03 s to read; higher levels take longer and hardly less space
DIGIT, SOURCE = "digit", "source"
DRAWN = "drawn"
"""The split of synthetic pictures: for training only, never for a metric."""


@dataclass(frozen=True)
class Split:
    """The labelled pictures of one split.

    Attributes:
        images: uint8, shape [n, 28, 28], 0 is background and 255 is ink.
        labels: int32, shape [n], indices into *classes*.
        ids: n strings; the id of a picture never changes.
        classes: the name of each label, in the order of the labels.
        tags: user-defined columns of n strings, by name; '' for a picture without the tag.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]
    ids: list[str]
    classes: tuple[str, ...]
    tags: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.labels)

    def take(self, chosen: NDArray[np.int64]) -> Split:
        """Return a split of the pictures at the *chosen* positions, int64 [m], in that order."""
        tags = {name: [values[int(i)] for i in chosen] for name, values in self.tags.items()}
        return Split(self.images[chosen], self.labels[chosen], [self.ids[int(i)] for i in chosen], self.classes, tags)

    @staticmethod
    def joined(parts: Sequence[Split]) -> Split:
        """Concatenate one or more splits of the same classes; a tag that a split lacks is empty there."""
        import numpy as np

        names = dict.fromkeys(name for part in parts for name in part.tags)
        return Split(
            np.concatenate([part.images for part in parts]),
            np.concatenate([part.labels for part in parts]),
            [each for part in parts for each in part.ids],
            parts[0].classes,
            {name: [tag for part in parts for tag in part.tags.get(name, [""] * len(part))] for name in names},
        )

    def column(self, name: str) -> list[str] | None:
        """Return a column as n strings: `digit` (the name of each label) or a tag; None if there is no such column."""
        return [self.classes[label] for label in self.labels] if name == DIGIT else self.tags.get(name)


class Examples(Artifact):
    """Labelled pictures.

    File structure:
        SPLIT.arrow: an Arrow IPC file with one record batch, its buffers compressed with zstd. Columns `image`
            (fixed-size list of 784 uint8, row by row), `label` (int32), `id` (string) and one string column per tag:
            `source` if there are several sources, and those of tags.csv. The metadata hold the shape (28x28) and the
            class names.
    """

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits, sorted."""
        return tuple(sorted(path.stem for path in self.path.glob("*.arrow")))

    def read(self, split: str) -> Split:
        """Read a split; its images and labels are read-only.

        Raises:
            InputError: there is no such split, or the file has another schema.
        """
        import pyarrow as pa

        path = self.path / f"{split}.arrow"
        if not path.exists():
            raise InputError(f"{path} does not exist", found=", ".join(self.splits), expected=split)
        try:
            with pa.memory_map(str(path)) as source:
                table = pa.ipc.open_file(source).read_all()
            classes: tuple[str, ...] = tuple(json.loads((table.schema.metadata or {}).get(b"classes", b"[]")))
        except ValueError as error:  # raised by Arrow and by JSON
            raise InputError(f"{path} does not hold examples", found=str(error), expected="an Arrow file") from error
        tags = [name for name in table.column_names if name not in COLUMNS]
        if not classes or not table.schema.equals(_arrow_schema(classes, tags), check_metadata=True):
            raise InputError(f"{path} does not hold examples", found=str(table.schema), expected="image, label, id")
        batch = table.combine_chunks().to_batches()[0] if len(table) else None
        return _split_of(batch, classes, tags)

    def values(self, column: str) -> list[str] | None:
        """Return the values that a column has in any split, sorted, without ''; None if no split has the column."""
        splits = [self.read(name) for name in self.splits]
        if column == DIGIT:
            return sorted({name for split in splits for name in split.classes})
        found = [split.tags[column] for split in splits if column in split.tags]
        return sorted({value for values in found for value in values if value}) if found else None

    @staticmethod
    def write(folder: Path, split: str, examples: Split) -> None:
        """Write a split into an output folder."""
        import numpy as np
        import pyarrow as pa

        pixels = pa.array(np.ascontiguousarray(examples.images).reshape(-1))
        columns: list[Any] = [
            pa.FixedSizeListArray.from_arrays(pixels, PIXELS),  # pyright: ignore[reportUnknownMemberType]
            pa.array(examples.labels, pa.int32()),
            pa.array(examples.ids, pa.string()),
            *(pa.array(values, pa.string()) for values in examples.tags.values()),
        ]
        schema = _arrow_schema(examples.classes, examples.tags)
        batch: Any = pa.record_batch(columns, schema=schema)  # pyright: ignore[reportUnknownMemberType]
        options = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", compression_level=LEVEL))
        path = str(folder / f"{split}.arrow")
        with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, schema, options=options) as writer:
            writer.write_batch(batch)  # pyright: ignore[reportUnknownMemberType]


def _arrow_schema(classes: tuple[str, ...], tags: Iterable[str]) -> pa.Schema:
    import pyarrow as pa

    metadata: dict[bytes | str, bytes | str] = {"shape": f"{SIDE}x{SIDE}", "classes": json.dumps(classes)}
    fields = [
        pa.field("image", pa.list_(pa.uint8(), PIXELS)),
        pa.field("label", pa.int32()),
        pa.field("id", pa.string()),
        *(pa.field(name, pa.string()) for name in tags),
    ]
    return pa.schema(fields, metadata=metadata)


def _split_of(batch: pa.RecordBatch | None, classes: tuple[str, ...], tags: list[str]) -> Split:
    import numpy as np

    if batch is None:
        empty: dict[str, list[str]] = {name: [] for name in tags}
        return Split(np.zeros((0, SIDE, SIDE), np.uint8), np.zeros(0, np.int32), [], classes, empty)
    image, label, name = (cast("Any", batch.column(column)) for column in COLUMNS)
    columns = {each: cast("Any", batch.column(each)).to_pylist() for each in tags}
    images = image.flatten().to_numpy(zero_copy_only=True).reshape(-1, SIDE, SIDE)
    return Split(images, label.to_numpy(zero_copy_only=True), name.to_pylist(), classes, columns)
