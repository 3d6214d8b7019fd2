"""Find the pictures of a folder and their labels by name, without opening any file."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components.sources.tags import TAGS
from inference.files.extensions import has_picture_extension
from schemas.errors import InputError
from schemas.settings.external_data import name_of

__all__ = ["Layout", "read_layout"]

HALVES = {"train": "train", "training": "train", "test": "test", "testing": "test"}


@dataclass(frozen=True)
class Layout:
    """The pictures of a folder, by their paths.

    Attributes:
        pictures: split (`train` or `test`; None in a folder without test/), label and path of each, in order.
        labels: the labels with pictures, in natural order: 2 before 10.
        empty: label folders without pictures, relative to the folder.
        skipped: number of files that are hidden, lie outside label folders or lack a picture's extension.
    """

    pictures: list[tuple[str | None, str, Path]]
    labels: tuple[str, ...]
    empty: tuple[str, ...]
    skipped: int


def read_layout(folder: Path) -> Layout:
    """List the pictures of LABEL/, or of train/LABEL/ and test/LABEL/; train/ without test/ is treated as LABEL/.

    Raises:
        InputError: there is no such folder, it cannot be listed, or it holds no labelled pictures.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder", expected="a folder with a folder of pictures for each label")
    try:
        return _list_all(folder)
    except OSError as error:
        raise InputError(f"{error.filename or folder} cannot be listed", found=error.strerror or str(error)) from error


def _list_all(folder: Path) -> Layout:
    tops = _folders(folder)
    halves = {top: HALVES[top.name.lower()] for top in tops if top.name.lower() in HALVES and _folders(top)}
    _check_beside(folder, tops, halves)
    whole = "test" not in halves.values()
    skipped = _count_others(folder) - (folder / TAGS).is_file()
    pictures: list[tuple[str | None, str, Path]] = []
    counts: Counter[str] = Counter()
    empty: list[str] = []
    for top in halves or [folder]:
        skipped += _count_others(top) if halves else 0
        for home in _folders(top):
            label = name_of(home.name)
            found, others = _pictures(home)
            pictures += [(None if whole else halves[top], label, path) for path in found]
            counts[label] += len(found)
            skipped += others
            empty += [] if found else [name_of(home.relative_to(folder))]
    _check_found(folder, counts)
    labels = tuple(sorted((label for label in counts if counts[label]), key=_naturally))
    return Layout(pictures, labels, tuple(empty), skipped)


def _check_beside(folder: Path, tops: list[Path], halves: dict[Path, str]) -> None:
    others = [top.name for top in tops if top not in halves]
    if halves and others:
        raise InputError(
            f"{folder} holds more than {' and '.join(sorted(top.name for top in halves))}",
            found=", ".join(map(name_of, sorted(others, key=_naturally)[:5])),
            expected="label folders, or train/ and test/ with label folders",
            do="move their pictures below train/; preprocess splits off the validation split",
        )
    if len(set(halves.values())) < len(halves):
        raise InputError(
            f"{folder} holds the same split twice",
            found=", ".join(sorted(top.name for top in halves)),
            expected="one folder per split",
        )


def _check_found(folder: Path, counts: Counter[str]) -> None:
    if not counts.total():
        loose = sum(has_picture_extension(os.fsencode(name)) for name in _names(folder))
        raise InputError(
            f"{folder} holds no labelled pictures",
            found=f"{_plural(loose, 'picture')} outside label folders"
            if loose
            else f"{_plural(len(counts), 'label folder')}, none with pictures",
            expected="LABEL/*.png, .jpg and so on",
        )


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _folders(folder: Path) -> list[Path]:
    return [folder / name for name in _names(folder) if not name.startswith(".") and (folder / name).is_dir()]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _pictures(home: Path) -> tuple[list[Path], int]:
    """Return the pictures of one label, sorted, and the number of other entries."""
    with os.scandir(home) as entries:
        names = [
            (entry.name, has_picture_extension(os.fsencode(entry.name)) and not entry.is_dir()) for entry in entries
        ]
    pictures = sorted(name for name, counts in names if counts)
    return [home / name for name in pictures], len(names) - len(pictures)


def _count_others(folder: Path) -> int:
    """Return the number of entries that are not searched for pictures."""
    return len(_names(folder)) - len(_folders(folder))


def _naturally(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Return a sort key for natural order: numbers by value, before letters."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _parts(name)], name


def _parts(name: str) -> Iterator[str]:
    return (part for part in re.split(r"([0-9]+)", name) if part)
