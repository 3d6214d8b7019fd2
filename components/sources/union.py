"""Join several sources into one data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.artifacts.examples import SOURCE, Split
from schemas.errors import InputError

if TYPE_CHECKING:
    from components.sources.source_result import SourceResult

__all__ = ["join", "unique_names"]

SHOWN = 12


def unique_names(names: list[str]) -> list[str]:
    """Return unique names: a repeated name gets a number, as in digits, digits-2."""
    unique: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in unique:
            number += 1
            candidate = f"{name}-{number}"
        unique.append(candidate)
    return unique


def join(parts: dict[str, SourceResult]) -> dict[str, Split]:
    """Concatenate the splits of all sources; ids become SOURCE/ID, and the tag `source` names the source.

    Args:
        parts: the sources by name.

    Raises:
        InputError: a source has a class that the source with the most classes lacks.
    """
    whole = max(parts, key=lambda name: len(_classes(parts[name])))
    classes = _classes(parts[whole])
    for name, part in parts.items():
        if strange := [each for each in _classes(part) if each not in classes]:
            raise InputError(
                f"{name} and {whole} have different classes",
                found=f"{_list(strange)} in {name}",
                expected=f"{_list(classes)}, as in {whole}",
            )
    return {
        split: Split.joined([_rename(name, part.splits[split], classes) for name, part in parts.items()])
        for split in ("train", "test")
    }


def _rename(name: str, part: Split, classes: tuple[str, ...]) -> Split:
    """Return a source's split with labels of the joint classes, and with the source's name in ids and tags."""
    import numpy as np

    labels = np.array([classes.index(each) for each in part.classes], np.int32)[part.labels]
    ids, tags = [f"{name}/{each}" for each in part.ids], {SOURCE: [name] * len(part), **part.tags}
    return Split(part.images, labels, ids, classes, tags)


def _classes(part: SourceResult) -> tuple[str, ...]:
    return part.splits["train"].classes


def _list(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
