"""Read the user's own pictures, one folder per label, through the same front end as prediction."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from components.sources.holdout import choose_test
from components.sources.pictures.archive import unpacked
from components.sources.pictures.layout import Layout, read_layout
from components.sources.pictures.listing import check_label_file, list_by_file, list_by_pattern
from components.sources.pictures.tags import read_tags
from components.sources.source_result import SourceResult
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

    from components.sources.source_settings import SourceEntry

__all__ = ["read_entry", "read_folder"]

LARGEST = 64 * 2**20  # bytes; larger files are refused unread, to save memory
REPORTED = 20  # pictures between two progress reports
NAMED = 3  # unreadable pictures listed in an error or a warning


def read_entry(entry: SourceEntry, seed: int) -> SourceResult:
    """Read the pictures of a source's folder, or of the zip or tar that is its file.

    Raises:
        InputError: as of `read_folder`; or the archive is damaged or unsafe.
    """
    names: dict[str, str | None] = {"labels": entry.labels, "label": entry.label, "pattern": entry.pattern}
    if entry.folder:
        return read_folder(entry.folder, entry.test_share, seed, **names)
    with unpacked(entry.file or Path()) as folder:
        return read_folder(folder, entry.test_share, seed, **names)


def read_folder(  # noqa: PLR0913  (where the pictures are, and the three ways in which they have labels)
    folder: Path,
    test_share: float,
    seed: int,
    *,
    labels: str | None = None,
    label: str | None = None,
    pattern: str | None = None,
) -> SourceResult:
    """Read the pictures of LABEL/, or of train/LABEL/ and test/LABEL/, each normalised to 28x28 pixels.

    The columns of a tags.csv in the folder become tags of the examples.

    Args:
        folder: the folder of pictures.
        test_share: share of each label's pictures, 0 to 1, that becomes the test split if there is no test/.
        seed: of the draw of the test split.
        labels: a file in the folder that holds the labels, instead of the names of folders.
        label: the column of labels in that file; None to look for it.
        pattern: a regular expression whose group is the label in a picture's name.

    Raises:
        InputError: there are no labelled pictures, none of them can be read, a file of labels beside them is not
            named in the settings, or it or tags.csv is invalid.
    """
    layout, notes = _lay_out(folder, labels, label, pattern)
    tags = read_tags(folder, (_id(path, folder) for _, _, path in layout.pictures))
    pixels, kept, unreadable = _read_all(layout, folder)
    _check_left(folder, kept, unreadable)
    everything, tested = _assemble(layout, folder, pixels, kept, tags)
    if layout.pictures[0][0] is None:
        tested = choose_test(everything.images, everything.labels, test_share, seed)
    splits = {name: everything.take(chosen.nonzero()[0]) for name, chosen in (("train", ~tested), ("test", tested))}
    return SourceResult(
        Source(name="folder", dataset=f"the pictures in {name_of(folder.name)}"),
        splits,
        tuple(unreadable),
        layout.skipped,
        (*notes, *_warn(folder, layout, unreadable)),
    )


def _lay_out(folder: Path, labels: str | None, label: str | None, pattern: str | None) -> tuple[Layout, list[str]]:
    """Find the pictures and their labels; return also warnings."""
    if labels:
        return list_by_file(folder, labels, label), []
    if pattern:
        return list_by_pattern(folder, pattern), []
    notes = check_label_file(folder)
    return read_layout(folder), notes


def _read_all(layout: Layout, folder: Path) -> tuple[bytearray, list[int], list[Unreadable]]:
    """Return the pixels of the readable pictures, their positions in the layout, and the unreadable files."""
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
    """Return the normalised picture, uint8 [28, 28], or why it cannot be read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return "not a file"
        if status.st_size > LARGEST:
            return f"{status.st_size / 2**20:.0f} MiB, at most {LARGEST // 2**20}"
        reading = read_picture(path.read_bytes())
    except UnreadableError as error:
        return error.reason
    except OSError as error:
        return error.strerror or str(error)
    return "blank: no ink found" if reading.blank else reading.image


def _assemble(
    layout: Layout, folder: Path, pixels: bytearray, kept: list[int], tags: dict[str, dict[str, str]]
) -> tuple[Split, NDArray[np.bool_]]:
    """Return all pictures as one split, and for each whether it lies below test/, bool [n]."""
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
            found="; ".join(map(_with_reason, unreadable[:NAMED])),
            expected="PNG, JPEG or another picture format, with a digit in it",
        )


def _warn(folder: Path, layout: Layout, unreadable: list[Unreadable]) -> list[str]:
    name = name_of(folder.name)
    warnings = [f"{name}: {note}" for note in layout.notes]
    if layout.empty:
        warnings.append(f"{name}: no pictures in {', '.join(layout.empty)}")
    if unreadable:
        some = "; ".join(map(_with_reason, unreadable[:NAMED])) + ("; ..." if len(unreadable) > NAMED else "")
        warnings.append(f"{name}: {len(unreadable)} of {len(layout.pictures)} pictures cannot be read: {some}")
    return warnings


def _with_reason(each: Unreadable) -> str:
    return f"{each.path} ({each.reason})"
