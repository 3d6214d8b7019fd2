"""Pictures of one's own: a folder for each label, read through the front end that reads every picture."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from components.sources.holdout import choose_test
from components.sources.layout import Layout, read_layout
from components.sources.source_result import Taken
from components.sources.tags import read_tags
from inference.files.unreadable import UnreadableError
from inference.reading import read_picture
from schemas.artifacts.examples import SIDE, Split
from schemas.artifacts.statistics import Source, Unreadable
from schemas.errors import InputError
from schemas.progress import Progress, report
from schemas.settings.external_data import name_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["read_folder"]

LARGEST = 64 * 2**20  # bytes of a file: more is not taken into memory to be refused
REPORTED = 20  # pictures between two reports
NAMED = 3


def read_folder(folder: Path, test_share: float, seed: int) -> Taken:
    """Read the pictures of LABEL/, or of train/LABEL/ and test/LABEL/; of each no more than 28x28 pixels is kept.

    What a tags.csv in the folder says of them becomes columns of the examples.

    Args:
        folder: of the pictures.
        test_share: of each label's pictures that become the test split, where there is no test/.
        seed: of that draw.

    Raises:
        InputError: there are no labelled pictures in it, or none that can be read, or its tags.csv cannot be.
    """
    layout = read_layout(folder)
    tags = read_tags(folder, (_id(path, folder) for _, _, path in layout.pictures))
    pixels, kept, unreadable = _read_all(layout, folder)
    _check_left(folder, kept, unreadable)
    everything, tested = _assemble(layout, folder, pixels, kept, tags)
    if layout.pictures[0][0] is None:
        tested = choose_test(everything.images, everything.labels, test_share, seed)
    splits = {name: everything.take(chosen.nonzero()[0]) for name, chosen in (("train", ~tested), ("test", tested))}
    return Taken(
        Source(name="folder", dataset=f"the pictures in {name_of(folder.name)}"),
        splits,
        tuple(unreadable),
        layout.skipped,
        tuple(_warn(folder, layout, unreadable)),
    )


def _read_all(layout: Layout, folder: Path) -> tuple[bytearray, list[int], list[Unreadable]]:
    """Give the pixels of what can be read, the position of each such picture, and what cannot."""
    pixels, kept, unreadable = bytearray(), list[int](), list[Unreadable]()
    total = len(layout.pictures)
    for position, (_, _, path) in enumerate(layout.pictures):
        image = _read_one(path)
        if isinstance(image, str):
            unreadable.append(Unreadable(path=_id(path, folder), reason=image))
        else:
            pixels += image.tobytes()
            kept.append(position)
        if (position + 1) % REPORTED == 0 or position + 1 == total:
            report(Progress(position + 1, total, "picture"))
    return pixels, kept, unreadable


def _read_one(path: Path) -> NDArray[np.uint8] | str:
    """Give the picture made ready, or why it cannot be."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return "not a file"
        if found.st_size > LARGEST:
            return f"{found.st_size / 2**20:.0f} MiB, at most {LARGEST // 2**20}"
        reading = read_picture(path.read_bytes())
    except UnreadableError as error:
        return error.reason
    except OSError as error:
        return error.strerror or str(error)
    return "blank: no ink found" if reading.blank else reading.image


def _assemble(
    layout: Layout, folder: Path, pixels: bytearray, kept: list[int], tags: dict[str, dict[str, str]]
) -> tuple[Split, NDArray[np.bool_]]:
    """Give all pictures, and for each whether it lies below test/."""
    import numpy as np

    chosen = [layout.pictures[position] for position in kept]
    present = {label for _, label, _ in chosen}
    classes = tuple(label for label in layout.labels if label in present)
    numbers = {label: number for number, label in enumerate(classes)}
    images = np.frombuffer(pixels, np.uint8).reshape(-1, SIDE, SIDE)
    labels = np.array([numbers[label] for _, label, _ in chosen], np.int32)
    ids = [_id(path, folder) for _, _, path in chosen]
    columns = {column: [values.get(each, "") for each in ids] for column, values in tags.items()}
    return Split(images, labels, ids, classes, columns), np.array([half == "test" for half, _, _ in chosen], bool)


def _id(path: Path, folder: Path) -> str:
    return name_of(path.relative_to(folder).as_posix())


def _check_left(folder: Path, kept: list[int], unreadable: list[Unreadable]) -> None:
    if not kept:
        raise InputError(
            f"no picture in {folder} can be read",
            found="; ".join(map(_said, unreadable[:NAMED])),
            expected="PNG, JPEG or another picture format, with ink on it",
        )


def _warn(folder: Path, layout: Layout, unreadable: list[Unreadable]) -> list[str]:
    name, warnings = name_of(folder.name), list[str]()
    if layout.empty:
        warnings.append(f"{name}: no pictures in {', '.join(layout.empty)}")
    if unreadable:
        some = "; ".join(map(_said, unreadable[:NAMED])) + ("; ..." if len(unreadable) > NAMED else "")
        warnings.append(f"{name}: pictures that cannot be read: {len(unreadable)} of {len(layout.pictures)}: {some}")
    return warnings


def _said(each: Unreadable) -> str:
    return f"{each.path} ({each.reason})"
