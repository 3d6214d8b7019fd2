"""Turn the labels of a file, numbers or names, into classes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from components.sources.natural_order import naturally
from schemas.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["name_labels"]

NAMED = 10
NUMBER = re.compile(r"\d+")


def name_labels(
    parts: Sequence[Sequence[str]], names: Sequence[str] | None, place: str
) -> tuple[list[NDArray[np.int32]], tuple[str, ...], tuple[str, ...]]:
    """Return the labels of each split as indices of the classes, the names of the classes, and warnings.

    Args:
        parts: for each split, the labels as the file has them: '3', '3.0', 'cat'.
        names: of the labels 0, 1, 2 and so on, or of 1, 2, 3 and so on if there is no 0 and the last needs it;
            None if the labels are the names.
        place: names the file in errors.

    Raises:
        InputError: a label has no name.
    """
    import numpy as np

    spellings = {each: _cleaned(each) for each in {each for part in parts for each in part}}
    cleaned = [[spellings[each] for each in part] for part in parts]
    present = sorted({each for part in cleaned for each in part}, key=naturally)
    classes, known = _classes(present, names, place)
    labels = [np.array([known[each] for each in part], np.int32) for part in cleaned]
    return labels, classes, _warn_missing(present) if names is None else ()


def _cleaned(label: str) -> str:
    """Return a label without blanks around it, and a whole number as one: '3' for '3.0' and '3e+00'."""
    text = label.strip()
    try:
        return str(int(float(text))) if float(text).is_integer() else text
    except (ValueError, OverflowError):
        return text


def _classes(present: list[str], names: Sequence[str] | None, place: str) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the classes, and the index of each label."""
    if names is None:
        return tuple(present), {each: i for i, each in enumerate(present)}
    numbers = [int(each) for each in present if NUMBER.fullmatch(each)]
    first = 1 if numbers and min(numbers) > 0 and max(numbers) == len(names) else 0
    known = {name: i for i, name in enumerate(names)} | {str(i + first): i for i in range(len(names))}
    if strange := [each for each in present if each not in known]:
        raise InputError(
            f"{place} holds a label without a name in classes",
            found=strange[-1],
            expected=f"at most {len(names) - 1}" if NUMBER.fullmatch(strange[-1]) else ", ".join(names),
        )
    return tuple(names), known


def _warn_missing(present: list[str]) -> tuple[str, ...]:
    """Warn about numbers that no picture has, between 0 and the largest label."""
    if not all(map(NUMBER.fullmatch, present)):
        return ()
    numbers = set(map(int, present))
    missing = sorted(set(range(max(numbers, default=-1) + 1)) - numbers)
    some = ", ".join(map(str, missing[:NAMED])) + (f" and {len(missing) - NAMED:,} more" if missing[NAMED:] else "")
    return (f"no picture is labelled {some}: no such class is created",) if missing else ()
