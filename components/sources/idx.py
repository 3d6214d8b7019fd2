"""Read idx files, the format of the original MNIST: a header, then the bytes of all pictures or labels."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from components.sources.source_result import SourceResult
from components.sources.source_settings import FILES, SourceEntry
from schemas.artifacts.examples import PIXELS, SIDE, Split
from schemas.artifacts.statistics import Source
from schemas.errors import InputError
from schemas.progress import Progress, report
from schemas.settings.external_data import name_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["read_idx", "read_pair"]

IMAGES, LABELS = 0x0803, 0x0801  # magic numbers: unsigned bytes in three dimensions, and in one
NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
GZIP = b"\x1f\x8b"
CHUNK = 2**20


def read_idx(entry: SourceEntry) -> SourceResult:
    """Read the four files that *entry* names, or those in its folder.

    Raises:
        InputError: a file is missing, is not an idx file, is cut short or too long, or two files do not match.
    """
    paths = entry.files if entry.folder is None else _find(entry.folder)
    train, test = read_pair(paths[0], paths[1]), read_pair(paths[2], paths[3])
    numbers, classes, warnings = _name_labels([train[1], test[1]], entry.classes, paths[1])
    splits = {
        name: Split(images, numbers[labels], [f"{name}-{i:05d}" for i in range(len(labels))], classes)
        for name, (images, labels) in (("train", train), ("test", test))
    }
    place = name_of((entry.folder or paths[0].parent).name)
    return SourceResult(Source(name="idx", dataset=f"the idx files in {place}"), splits, warnings=warnings)


def _find(folder: Path) -> list[Path]:
    """Find the four files by MNIST's names, with or without .gz, with a dot or a dash before idx."""
    found: list[Path] = []
    for name in NAMES:
        spellings = [f"{each}{end}" for each in (name, name.replace("-idx", ".idx")) for end in ("", ".gz")]
        paths = [folder / each for each in spellings if (folder / each).is_file()]
        if not paths:
            raise InputError(
                f"{folder} does not hold the four idx files",
                found=f"neither {name} nor {name}.gz",
                expected=", ".join(NAMES),
                do=f"rename the files, or set {', '.join(FILES)} instead of folder",
            )
        found.append(paths[0])
    return found


def read_pair(images: Path, labels: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read pictures and their labels; labels come first, so that their number limits how much is read."""
    import numpy as np

    names = np.frombuffer(_read_file(labels, LABELS, None), np.uint8)
    pixels = np.frombuffer(_read_file(images, IMAGES, (len(names), labels.name)), np.uint8)
    return pixels.reshape(-1, SIDE, SIDE), names


def _read_file(path: Path, magic: int, labels: tuple[int, str] | None) -> bytes:
    """Return the body of an idx file, whose length must match its header.

    Args:
        path: the file.
        magic: IMAGES or LABELS.
        labels: for pictures, the number of labels, which must match too, and the name of the file of labels.
    """
    try:
        with _open(path) as file:
            count = _read_header(file, path, magic)
            if labels and labels[0] != count:
                raise InputError(
                    f"{path} and {labels[1]} do not match",
                    found=f"{count} pictures, {labels[0]} labels",
                    expected="as many labels as pictures",
                )
            return _read_body(file, path, count * (PIXELS if magic == IMAGES else 1))
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


def _read_header(file: BinaryIO, path: Path, magic: int) -> int:
    """Return the number of items; the file is then at its body."""
    dimensions = 3 if magic == IMAGES else 1
    header = file.read(4 + 4 * dimensions)
    found = int.from_bytes(header[:4], "big")
    if found != magic:
        kind = {IMAGES: "pictures", LABELS: "labels"}
        raise InputError(
            f"{path} is not an idx file of {kind[magic]}",
            found=f"an idx file of {kind[found]}" if found in kind else f"first bytes {header[:4].hex() or '(none)'}",
            expected=f"first bytes {magic:08x}",
        )
    if len(header) < 4 + 4 * dimensions:
        raise InputError(f"{path} is cut short", found=f"{len(header)} bytes", expected="at least a whole header")
    count, *sides = struct.unpack(f">{dimensions}I", header[4:])
    if sides not in ([], [SIDE, SIDE]):
        raise InputError(
            f"{path} holds pictures of another size", found="x".join(map(str, sides)), expected=f"{SIDE}x{SIDE}"
        )
    return count


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


def _name_labels(
    labels: list[NDArray[np.uint8]], classes: list[str] | None, path: Path
) -> tuple[NDArray[np.int32], tuple[str, ...], tuple[str, ...]]:
    """Return the class index of each label value, the names of the classes, and warnings."""
    import numpy as np

    present = np.unique(np.concatenate(labels))
    top = int(present[-1]) if len(present) else -1
    if classes is not None:
        if top >= len(classes):
            raise InputError(
                f"{path.parent} holds a label without a name in classes",
                found=str(top),
                expected=f"at most {len(classes) - 1}",
            )
        return np.arange(len(classes), dtype=np.int32), tuple(classes), ()
    missing = sorted(set(range(top + 1)) - set(present.tolist()))
    numbers = np.zeros(top + 1, np.int32)
    numbers[present] = np.arange(len(present))
    warnings = (f"no picture is labelled {', '.join(map(str, missing))}: no such class is created",) if missing else ()
    return numbers, tuple(str(label) for label in present), warnings
