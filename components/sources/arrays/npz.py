"""Read pictures from an .npz file, in which numpy and Keras save arrays."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.sources.arrays.assemble import assemble
from components.sources.arrays.pixels import Pixels, side_of
from components.sources.source_settings import ARRAYS
from schemas.artifacts.examples import SIDE
from schemas.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from components.sources.source_result import SourceResult
    from components.sources.source_settings import SourceEntry

__all__ = ["read_npz"]

KNOWN = (
    ARRAYS,
    ("train_images", "train_labels", "test_images", "test_labels"),
    ARRAYS[:2],
    ("train_images", "train_labels"),
    ("x", "y"),
    ("images", "labels"),
    ("data", "target"),
)
"""Names of the arrays that people use; two names are of a file without a test split. Case does not count."""
MOST = 8 * 2**30  # bytes of all arrays
BATCH = 1000  # pictures converted at once


def read_npz(entry: SourceEntry, seed: int) -> SourceResult:
    """Read the arrays of pictures and labels of `file`; pickled objects are refused.

    Pictures are [n, side, side], [n, side, side, 1], [n, 1, side, side] or [n, side * side]; labels are [n], [n, 1] or
    one-hot [n, classes].

    Raises:
        InputError: the file is damaged, an array is missing or pickled, or its shape or numbers are wrong.
    """
    path = entry.file or Path()
    arrays = _load(path, entry.arrays or {})
    parts: dict[str, Any] = {}
    words = ""
    for name in ("train", "test"):
        if f"x_{name}" in arrays:
            images, words = _pictures(f"{path}: {arrays[f'x_{name}'][0]}", arrays[f"x_{name}"][1])
            labels = _labels(f"{path}: {arrays[f'y_{name}'][0]}", arrays[f"y_{name}"][1], len(images))
            parts[name] = (images, labels)
    return assemble(entry, seed, parts, words)


def _load(path: Path, given: dict[Any, str]) -> dict[str, tuple[str, NDArray[Any]]]:
    """Return each array with the name that the file has for it."""
    import numpy as np

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(each.file_size for each in archive.infolist()) > MOST:
                raise InputError(f"{path} is too large", expected=f"at most {MOST // 2**30} GiB of arrays")
        with np.load(path, allow_pickle=False) as file:
            return {role: (name, file[name]) for role, name in _names(path, list(file.files), given).items()}
    except (OSError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path} cannot be read", found=str(error), expected="an .npz file of numpy") from error
    except ValueError as error:  # of numpy, for pickles and damaged arrays
        raise InputError(
            f"{path} cannot be read",
            found=str(error).partition("\n")[0],
            expected="arrays of numbers: pickled objects are never loaded",
        ) from error


def _names(path: Path, present: list[str], given: dict[Any, str]) -> dict[str, str]:
    """Return the file's name for x_train, y_train, x_test and y_test, or for the first two of them."""
    lowered = {name.lower(): name for name in present}
    for names in KNOWN:
        if not given and set(names) <= set(lowered):
            return {role: lowered[name] for role, name in zip(ARRAYS, names, strict=False)}
    asked = given or {role: role for role in ARRAYS}
    pairs = {role.partition("_")[2] for role in asked}
    needed = {f"{kind}_{pair}" for kind in "xy" for pair in pairs | {"train"}}
    lacking = [asked.get(role, role) for role in ARRAYS if role in needed and asked.get(role) not in present]
    if lacking:
        raise InputError(
            f"{path} has no array {' or '.join(lacking)}",
            found=", ".join(present) or "no arrays",
            expected=", ".join(ARRAYS),
            do="name them with arrays in pipeline.yaml: {x_train: ..., y_train: ...}",
        )
    return asked


def _pictures(place: str, values: NDArray[Any]) -> tuple[NDArray[np.uint8], str]:
    import numpy as np

    side = _side(values.shape)
    if side is None or values.dtype.kind not in "buif":
        raise InputError(
            f"{place} holds no grey pictures",
            found=f"{values.dtype} [{', '.join(map(str, values.shape))}]",
            expected="numbers [n, 28, 28] or [n, 784], or of another square",
        )
    flat = values.reshape(len(values), -1)
    pixels = Pixels.of(place, side, flat[:BATCH].astype(np.float32))
    batches = [pixels.pictures(flat[i : i + BATCH].astype(np.float32), i) for i in range(0, len(flat), BATCH)]
    return np.concatenate([np.zeros((0, SIDE, SIDE), np.uint8), *batches]), pixels.words


def _side(shape: tuple[int, ...]) -> int | None:
    """Return the side of the pictures of an array, or None."""
    sides = [each for each in shape[1:] if each != 1]
    if len(sides) == 1:
        return side_of(sides[0])
    return sides[0] if len(sides) == 2 and sides[0] == sides[1] and side_of(sides[0] ** 2) else None  # noqa: PLR2004


def _labels(place: str, values: NDArray[Any], count: int) -> list[str]:
    import numpy as np

    if values.ndim > 1 and values.shape[1] > 1 and values.dtype.kind in "buif":
        if not (np.isin(values, (0, 1)).all() and (values.sum(axis=1) == 1).all()):
            raise InputError(f"{place} holds no labels", found="rows of several numbers", expected="one 1 in each row")
        values = values.argmax(axis=1)
    if values.size != count or len(values) != count or values.dtype.kind not in "buifUS":
        raise InputError(
            f"{place} does not match the pictures",
            found=f"{values.dtype} [{', '.join(map(str, values.shape))}]",
            expected=f"{count:,} labels",
        )
    flat = values.reshape(-1)
    if flat.dtype.kind == "f" and not (np.isfinite(flat).all() and (flat == flat.round()).all()):
        raise InputError(f"{place} holds labels that are no whole numbers", expected="a whole number for each class")
    return [str(int(each)) if flat.dtype.kind in "buif" else _text(each) for each in flat.tolist()]


def _text(each: str | bytes) -> str:
    return each.decode("utf-8", "backslashreplace") if isinstance(each, bytes) else each
