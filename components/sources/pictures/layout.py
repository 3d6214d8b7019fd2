"""Find the pictures of a folder and their labels by name, without opening any file."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from components.sources.natural_order import naturally
from components.sources.pictures.tags import TAGS
from inference.files.extensions import has_picture_extension
from schemas.errors import InputError
from schemas.settings.external_data import name_of

__all__ = ["HALVES", "Layout", "read_layout"]

VALID = "valid"
HALVES = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys((VALID, "validation", "val", "dev"), VALID),
}
"""Names of folders that hold a split, and the split."""
SHOWN = 5


@dataclass(frozen=True)
class Layout:
    """The pictures of a folder, by their paths.

    Attributes:
        pictures: split (`train` or `test`; None in a folder without test/), label and path of each, in order.
        labels: the labels with pictures, in natural order: 2 before 10.
        empty: label folders without pictures, relative to the folder.
        skipped: number of files that are hidden, lie outside label folders or lack a picture's extension.
        notes: what a user should know of how the pictures were found.
    """

    pictures: list[tuple[str | None, str, Path]]
    labels: tuple[str, ...]
    empty: tuple[str, ...]
    skipped: int
    notes: tuple[str, ...] = ()


def read_layout(folder: Path) -> Layout:
    """List the pictures of LABEL/, or of train/LABEL/, test/LABEL/ and valid/LABEL/.

    Pictures of valid/ join the train split if there is test/; else they are the test split. If there is only train/,
    it is treated as LABEL/.

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
    named = {top: HALVES[top.name.lower()] for top in tops if top.name.lower() in HALVES}
    halves = {top: half for top, half in named.items() if _folders(top)}
    _check_labelled(folder, tops, named, halves)
    _check_beside(folder, tops, halves)
    splits, notes = _splits(halves)
    skipped = _count_others(folder) - (folder / TAGS).is_file()
    pictures: list[tuple[str | None, str, Path]] = []
    counts: Counter[str] = Counter()
    empty: list[str] = []
    for top in halves or [folder]:
        skipped += _count_others(top) if halves else 0
        for home in _folders(top):
            label = name_of(home.name)
            found, others = _pictures(home)
            pictures += [(splits.get(top), label, path) for path in found]
            counts[label] += len(found)
            skipped += others
            empty += [] if found else [name_of(home.relative_to(folder))]
    _check_found(folder, counts)
    labels = tuple(sorted((label for label in counts if counts[label]), key=naturally))
    return Layout(pictures, labels, tuple(empty), skipped, notes)


def _splits(halves: dict[Path, str]) -> tuple[dict[Path, str], tuple[str, ...]]:
    """Return the split that each folder's pictures go to, and what to say of valid/; no splits without a test split."""
    found = set(halves.values())
    if not found & {"test", VALID} or found == {VALID}:
        return {}, ()
    target = "train" if "test" in found else "test"
    valid = [top.name for top, half in halves.items() if half == VALID]
    said = {
        "train": "join the training pictures: preprocess splits off its own validation split",
        "test": "are the test split, for there is no test/",
    }[target]
    notes = tuple(f"the pictures of {each}/ {said}" for each in valid)
    return {top: target if half == VALID else half for top, half in halves.items()}, notes


def _check_labelled(folder: Path, tops: list[Path], named: dict[Path, str], halves: dict[Path, str]) -> None:
    """Refuse folders called like splits that hold pictures and no label folders, unless they are among labels."""
    loose = {top: len(_pictures(top)[0]) for top in named if top not in halves}
    if len(named) < len(tops) or not any(loose.values()):
        return
    raise InputError(
        f"{folder}: the pictures in {' and '.join(f'{top.name}/' for top, count in loose.items() if count)} "
        "have no labels",
        found=", ".join(f"{_plural(count, 'picture')} in {top.name}/" for top, count in loose.items() if count),
        expected=f"{next(iter(loose)).name}/LABEL/*.png, .jpg and so on",
        do="sort them into a folder for each label; or set labels: FILE.csv, with a row name,label for each picture; "
        "pictures without labels can be scored, not learned",
    )


def _check_beside(folder: Path, tops: list[Path], halves: dict[Path, str]) -> None:
    others = [top.name for top in tops if top not in halves]
    if halves and others:
        raise InputError(
            f"{folder} holds more than {' and '.join(sorted(top.name for top in halves))}",
            found=", ".join(map(name_of, sorted(others, key=naturally)[:SHOWN])),
            expected="label folders, or train/, test/ and valid/ with label folders",
            do="move their pictures below train/, or away",
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
            do="set labels: FILE.csv, with a row name,label for each picture; or pattern, if their names hold the label"
            if loose
            else "",
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
