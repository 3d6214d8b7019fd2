"""List pictures whose labels are in a file of labels, or in their names, wherever they lie below a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from components.sources.natural_order import naturally
from components.sources.pictures.label_file import find_label_file, read_label_file
from components.sources.pictures.layout import HALVES, Layout
from components.sources.pictures.patterns import label_in
from components.sources.pictures.tags import TAGS
from inference.files.extensions import has_picture_extension
from schemas.errors import InputError
from schemas.settings.external_data import name_of

__all__ = ["check_label_file", "list_by_file", "list_by_pattern"]

NAMED = 3  # pictures listed in a warning or an error


def list_by_file(folder: Path, file: str, column: str | None) -> Layout:
    """List the pictures that a file of labels names; its column `split`, if any, says which are for testing.

    Args:
        folder: the folder of pictures.
        file: path of the file of labels, relative to the folder.
        column: name of its column of labels; None to look for it.

    Raises:
        InputError: the file is missing, invalid or outside the folder, or names no picture.
    """
    path = folder / file
    if not path.is_file() or folder.resolve() not in path.resolve().parents:
        raise InputError(
            f"{path} is not a file in {folder}",
            expected="labels: the name of a CSV file in the folder, with a row name,label for each picture",
        )
    found, others = _walk(folder)
    listed = read_label_file(path, folder, found, column)
    if not listed.labels:
        raise InputError(f"{path} has no rows", expected="a row name,label for each picture")
    splits = {name: HALVES.get(split) for name, split in listed.splits.items()} or _halves(listed.labels)
    return _layout(found, listed.labels, splits, f"have no row in {file}", others - 1 - (folder / TAGS).is_file())


def list_by_pattern(folder: Path, pattern: str) -> Layout:
    """List the pictures whose name a pattern matches; its group is the label.

    Args:
        folder: the folder of pictures.
        pattern: a regular expression with one group.

    Raises:
        InputError: no picture's name matches.
    """
    found, others = _walk(folder)
    labels = {name: label for name in found if (label := label_in(name, pattern))}
    if not labels:
        raise InputError(
            f"no picture's name in {folder} matches the pattern",
            found=", ".join(list(found)[:NAMED]) or "no pictures",
            expected=f"names that {pattern} matches",
        )
    return _layout(found, labels, _halves(labels), "do not match the pattern", others - (folder / TAGS).is_file())


def check_label_file(folder: Path) -> list[str]:
    """Look for a file of labels that is not read; return a warning if there is one.

    Raises:
        InputError: the pictures are not in two or more label folders, so that the labels are those of the file.
    """
    if not folder.is_dir() or not any(path.suffix.lower() in {".csv", ".tsv"} for path in folder.iterdir()):
        return []
    found, _ = _walk(folder)
    path = find_label_file(folder, found)
    if path is None:
        return []
    homes = {name.rpartition("/")[0] for name in found}
    labels = {home for home in homes if home and home.lower() not in HALVES}
    if len(labels) > 1:
        name = name_of(folder.name)
        return [f"{name}: {path.name} is not read, for folders name the labels; if not, set labels: {path.name}"]
    raise InputError(
        f"{folder}: the labels in {path.name} are not read",
        found=f"{len(found):,} pictures in {', '.join(sorted(f'{home or folder.name}/' for home in homes))}, "
        f"and {path.name}, which names them",
        expected="a folder of pictures for each label, or the setting labels",
        do=f"set labels: {path.name} beside folder; or move {path.name} away, if the folders are the labels",
    )


def _walk(folder: Path) -> tuple[dict[str, Path], int]:
    """Return the pictures below a folder by their names relative to it, in order, and the number of other files."""
    found, others, visited = dict[str, Path](), 0, set[str]()
    try:
        for root, folders, files in os.walk(folder, followlinks=True, onerror=_fail):
            real = os.path.realpath(root)
            if real in visited:
                folders.clear()  # a link to a folder above, or to one already visited
                continue
            visited.add(real)
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                if has_picture_extension(os.fsencode(name)):
                    path = Path(root, name)
                    found[name_of(path.relative_to(folder).as_posix())] = path
                else:
                    others += 1
    except OSError as error:
        raise InputError(f"{error.filename or folder} cannot be listed", found=error.strerror or str(error)) from error
    return found, others


def _fail(error: OSError) -> None:
    raise error


def _halves(names: Iterable[str]) -> dict[str, str | None]:
    """Return the split of each picture, if all of them lie below folders called like splits; else nothing."""
    halves = {name: HALVES.get(name.partition("/")[0].lower()) if "/" in name else None for name in names}
    return halves if all(halves.values()) else {}


def _layout(
    found: dict[str, Path], labels: dict[str, str], splits: dict[str, str | None], lack: str, others: int
) -> Layout:
    tested = "test" if "test" in splits.values() else "valid"
    whole = tested not in splits.values()
    pictures = [
        (None if whole else "test" if splits.get(name) == tested else "train", labels[name], path)
        for name, path in found.items()
        if name in labels
    ]
    without = [name for name in found if name not in labels]
    some = "; ".join(without[:NAMED]) + ("; ..." if len(without) > NAMED else "")
    notes = (f"{len(without):,} of {len(found):,} pictures {lack}: {some}",) if without else ()
    return Layout(pictures, tuple(sorted(set(labels.values()), key=naturally)), (), others, notes)
