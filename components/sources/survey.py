"""The figures of what came in, and what of it should be looked at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.artifacts.examples import Split
from schemas.artifacts.statistics import SplitStatistics
from schemas.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Survey", "survey"]

UNEQUAL = 10  # times as many pictures of one class as of another
NAMED = 3
BATCH = 1000  # pictures: numpy counts in integers of eight bytes


@dataclass(frozen=True)
class Survey:
    """What is known of a train and a test split.

    Attributes:
        splits: the figures of each.
        overlap: how many test pictures are in train too.
        warnings: what should be looked at.
    """

    splits: dict[str, SplitStatistics]
    overlap: int
    warnings: list[str]


def survey(splits: dict[str, Split]) -> Survey:
    """Look at a train and a test split.

    Raises:
        InputError: one is empty, or a class has no picture to train on.
    """
    keys = {name: [_key(image) for image in split.images] for name, split in splits.items()}
    figures = {name: _describe(split, len(set(keys[name]))) for name, split in splits.items()}
    train, test = figures["train"].classes, figures["test"].classes
    _check_train(train)
    overlap, leaks = _find_leaks(splits, keys)
    return Survey(
        figures, overlap, [*_find_missing(test), *_find_unequal(train), *_find_conflicts(splits, keys), *leaks]
    )


def _key(image: NDArray[np.uint8]) -> bytes:
    return hashlib.blake2b(image.tobytes(), digest_size=16).digest()


def _describe(split: Split, different: int) -> SplitStatistics:
    import numpy as np

    if not len(split):
        raise InputError("a split has no examples", expected="at least one picture in train and in test")
    counts = np.bincount(split.labels, minlength=len(split.classes))
    mean, std = _moments(split.images)
    return SplitStatistics(
        count=len(split),
        classes={name: int(count) for name, count in zip(split.classes, counts, strict=True)},
        mean=mean,
        std=std,
        duplicates=len(split) - different,
    )


def _moments(images: NDArray[np.uint8]) -> tuple[float, float]:
    """Give mean and standard deviation of all pixels on the scale 0 to 1, from the exact histogram."""
    import numpy as np

    histogram = np.zeros(256, np.int64)
    for begin in range(0, len(images), BATCH):
        histogram += np.bincount(images[begin : begin + BATCH].reshape(-1), minlength=256)
    levels = np.arange(256) / 255
    mean = float((histogram * levels).sum() / histogram.sum())
    return mean, float(np.sqrt((histogram * (levels - mean) ** 2).sum() / histogram.sum()))


def _check_train(train: dict[str, int]) -> None:
    if missing := [name for name, count in train.items() if not count]:
        raise InputError(
            f"there is no picture of {', '.join(missing)} to train on",
            found=", ".join(f"{count} of {name}" for name, count in train.items() if count),
            expected="pictures of every class in the train split",
        )


def _find_missing(test: dict[str, int]) -> list[str]:
    missing = [name for name, count in test.items() if not count]
    return [f"the test split has no picture of {', '.join(missing)}: how well it is read stays unknown"] * bool(missing)


def _find_unequal(train: dict[str, int]) -> list[str]:
    most, least = max(train, key=train.__getitem__), min(train, key=train.__getitem__)
    if train[most] < UNEQUAL * train[least]:
        return []
    return [f"the classes are wildly unequal: {train[most]:,} train pictures of {most}, {train[least]:,} of {least}"]


def _find_conflicts(splits: dict[str, Split], keys: dict[str, list[bytes]]) -> list[str]:
    """Warn of pictures that are the same pixel for pixel, and have two labels."""
    first: dict[bytes, tuple[int, str]] = {}
    conflicts: list[str] = []
    for name, split in splits.items():
        for key, label, identity in zip(keys[name], split.labels.tolist(), split.ids, strict=True):
            known, other = first.setdefault(key, (label, identity))
            if known != label:
                conflicts.append(f"{other} is {split.classes[known]} and {identity} is {split.classes[label]}")
    return _warn(conflicts, "pictures that equal one with another label")


def _find_leaks(splits: dict[str, Split], keys: dict[str, list[bytes]]) -> tuple[int, list[str]]:
    """Count and warn of test pictures that are in train too."""
    known = dict(zip(keys["train"], splits["train"].ids, strict=True))
    shared = [(key, identity) for key, identity in zip(keys["test"], splits["test"].ids, strict=True) if key in known]
    leaks = [f"{identity} is {known[key]}" for key, identity in shared]
    return len(leaks), _warn(leaks, "test pictures that are train pictures too")


def _warn(cases: list[str], what: str) -> list[str]:
    some = "; ".join(cases[:NAMED]) + ("; ..." if len(cases) > NAMED else "")
    return [f"{what}: {len(cases):,} ({some})"] if cases else []
