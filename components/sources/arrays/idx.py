"""Read idx files, the format of the original MNIST: a header, then the bytes of all pictures or labels."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from components.sources.arrays.idx_names import find_files
from components.sources.arrays.labels import name_labels
from components.sources.source_result import SourceResult
from components.sources.source_settings import SourceEntry
from learning.synthetic.drawn_digits import DIGITS
from schemas.artifacts.examples import SIDE, Split
from schemas.artifacts.statistics import Source
from schemas.errors import InputError
from schemas.progress import Progress, report
from schemas.settings.external_data import name_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["read_idx", "read_pair"]

IMAGES, LABELS = 0x0803, 0x0801  # magic numbers: unsigned bytes in three dimensions, and in one
TABLE = 0x0C02  # 4-byte integers in two dimensions: QMNIST's labels, of which the first column is the digit
COLUMNS = 64  # at most in such a table
MAGIC = 4  # bytes
EMNIST = "emnist"


@dataclass(frozen=True)
class _Kind:
    """A kind of idx file: what it holds, its number of dimensions, and the bytes of a number in it."""

    name: str
    dimensions: int
    size: int = 1


KINDS = {IMAGES: _Kind("pictures", 3), LABELS: _Kind("labels", 1), TABLE: _Kind("labels", 2, 4)}
GZIP = b"\x1f\x8b"
CHUNK = 2**20


def read_idx(entry: SourceEntry) -> SourceResult:
    """Read the four files that *entry* names, or those in its folder.

    Labels are bytes, or QMNIST's tables of integers. EMNIST's mapping file beside the four names the classes.

    Raises:
        InputError: a file is missing, is not an idx file, is cut short or too long, or two files do not match.
    """
    paths, name = (entry.files, "") if entry.folder is None else find_files(entry.folder)
    pairs = {"train": read_pair(paths[0], paths[1]), "test": read_pair(paths[2], paths[3])}
    raw = [list(map(str, labels.tolist())) for _, labels in pairs.values()]
    if entry.folder and name and not entry.classes:
        raw = _mapped(entry.folder / f"{name}-mapping.txt", raw)
    numbers, classes, warnings = name_labels(raw, entry.classes, str(paths[1].parent))
    splits = {
        half: Split(images, own, [f"{half}-{i:05d}" for i in range(len(own))], classes)
        for (half, (images, _)), own in zip(pairs.items(), numbers, strict=True)
    }
    place = name_of((entry.folder or paths[0].parent).name)
    if name.lower().startswith(EMNIST) and entry.orientation is None and classes != DIGITS:
        warnings += (f"{place}: EMNIST's pictures are transposed: set orientation: transposed, or upright if not",)
    return SourceResult(Source(name="idx", dataset=f"the idx files in {place}"), splits, warnings=warnings)


def read_pair(images: Path, labels: Path) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Read pictures, uint8 [n, 28, 28], and their labels, int32 [n].

    Labels come first, so that their number limits how much is read.
    """
    import numpy as np

    names = _read_labels(labels)
    pixels = np.frombuffer(_read_file(images, (IMAGES,), (len(names), labels.name))[0], np.uint8)
    return pixels.reshape(-1, SIDE, SIDE), names


def _read_labels(path: Path) -> NDArray[np.int32]:
    """Return the labels of an idx file: its bytes, or the first column of a table."""
    import numpy as np

    body, magic, sides = _read_file(path, (LABELS, TABLE), None)
    if magic == LABELS:
        return np.frombuffer(body, np.uint8).astype(np.int32)
    return np.frombuffer(body, ">i4").reshape(-1, *sides)[:, 0].astype(np.int32)


def _read_file(path: Path, allowed: tuple[int, ...], labels: tuple[int, str] | None) -> tuple[bytes, int, list[int]]:
    """Return the body of an idx file, whose length must match its header, its kind, and the sides of its items.

    Args:
        path: the file.
        allowed: IMAGES, or LABELS and TABLE.
        labels: for pictures, the number of labels, which must match too, and the name of the file of labels.
    """
    try:
        with _open(path) as file:
            magic, count, sides = _read_header(file, path, allowed)
            if labels and labels[0] != count:
                raise InputError(
                    f"{path} and {labels[1]} do not match",
                    found=f"{count} pictures, {labels[0]} labels",
                    expected="as many labels as pictures",
                )
            return _read_body(file, path, count * math.prod(sides) * KINDS[magic].size), magic, sides
    except EOFError as error:
        raise InputError(f"{path} is cut short", found="a gzip file without its end", do="copy it again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path} is damaged", found=str(error), expected="an intact gzip file") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read", found=error.strerror or str(error)) from error


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        zipped = file.read(len(GZIP)) == GZIP
    return cast("BinaryIO", gzip.open(path)) if zipped else path.open("rb")


def _read_header(file: BinaryIO, path: Path, allowed: tuple[int, ...]) -> tuple[int, int, list[int]]:
    """Return the kind of the file, the number of items, and their sides; the file is then at its body."""
    first = file.read(4)
    magic = int.from_bytes(first, "big")
    if magic not in allowed or len(first) < MAGIC:
        raise InputError(
            f"{path} is not an idx file of {KINDS[allowed[0]].name}",
            found=f"an idx file of {KINDS[magic].name}" if magic in KINDS else f"first bytes {first.hex() or '(none)'}",
            expected=f"first bytes {allowed[0]:08x}",
        )
    header = file.read(4 * KINDS[magic].dimensions)
    if len(header) < 4 * KINDS[magic].dimensions:
        raise InputError(
            f"{path} is cut short", found=f"{len(first) + len(header)} bytes", expected="at least a whole header"
        )
    count, *sides = struct.unpack(f">{KINDS[magic].dimensions}I", header)
    if magic == IMAGES and sides != [SIDE, SIDE]:
        raise InputError(
            f"{path} holds pictures of another size", found="x".join(map(str, sides)), expected=f"{SIDE}x{SIDE}"
        )
    if magic == TABLE and not 0 < sides[0] <= COLUMNS:
        raise InputError(f"{path} is no table of labels", found=f"{sides[0]} columns", expected=f"1 to {COLUMNS}")
    return magic, count, sides


def _read_body(file: BinaryIO, path: Path, size: int) -> bytes:
    """Read exactly *size* bytes, in chunks, because the header may claim more than the file holds."""
    body = bytearray()
    while chunk := file.read(min(CHUNK, size - len(body) + 1)):
        body += chunk
        if len(body) > size:
            raise InputError(
                f"{path} is too long", found=f"more than {size:,} bytes", expected=f"{size:,}, by its header"
            )
        report(Progress(len(body) // 1000, size // 1000, "kB"))
    if len(body) < size:
        raise InputError(f"{path} is cut short", found=f"{len(body):,} bytes", expected=f"{size:,}, by its header")
    return bytes(body)


def _mapped(path: Path, parts: list[list[str]]) -> list[list[str]]:
    """Return labels as characters by EMNIST's mapping file, a label and its character codes a line, if there is one."""
    if not path.is_file():
        return parts
    try:
        rows = [line.split() for line in path.read_text("ascii").splitlines() if line.strip()]
        names = {label: chr(int(code)) for label, code, *_ in rows}
        return [[names[each] for each in part] for part in parts]
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise InputError(
            f"{path} does not name the labels",
            found=str(error),
            expected="a label and its character codes in each line",
        ) from error
