"""Survey the ingested splits: statistics, and warnings about missing, conflicting and leaked pictures."""

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

LEAST = 2  # classes
UNEQUAL = 10  # ratio of the largest to the smallest class from which on a warning is issued
NAMED = 3  # cases listed in a warning
BATCH = 1000  # pictures counted at once: numpy.bincount converts pixels to 8-byte integers


@dataclass(frozen=True)
class Survey:
    """Statistics of a train and a test split, and warnings about them.

    Attributes:
        splits: the statistics of each split.
        overlap: number of test pictures that are also in train.
        warnings: warnings about the data.
    """

    splits: dict[str, SplitStatistics]
    overlap: int
    warnings: list[str]


def survey(splits: dict[str, Split]) -> Survey:
    """Return statistics of a train and a test split, and warnings about them.

    Raises:
        InputError: a split is empty, there are fewer than two classes, or a class has no train picture.
    """
    _check_classes(splits["train"])
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
        raise InputError("a split has no pictures", expected="at least one picture in train and in test")
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
    """Return mean and standard deviation of all pixels, scaled to 0 to 1, from the exact histogram."""
    import numpy as np

    histogram = np.zeros(256, np.int64)
    for begin in range(0, len(images), BATCH):
        histogram += np.bincount(images[begin : begin + BATCH].reshape(-1), minlength=256)
    levels = np.arange(256) / 255
    mean = float((histogram * levels).sum() / histogram.sum())
    return mean, float(np.sqrt((histogram * (levels - mean) ** 2).sum() / histogram.sum()))


def _check_classes(train: Split) -> None:
    if len(train.classes) < LEAST:
        raise InputError(
            f"there is only one class, {', '.join(train.classes)}: nothing can be told apart",
            found=f"{len(train):,} training pictures, all of the same class",
            expected="pictures of two classes or more",
            do="put the pictures of each label into a folder of its name; or set labels: FILE.csv, a file in the "
            "folder with a row name,label for each picture",
        )


def _check_train(train: dict[str, int]) -> None:
    if missing := [name for name, count in train.items() if not count]:
        raise InputError(
            f"the train split has no picture of {', '.join(missing)}",
            found=", ".join(f"{count} of {name}" for name, count in train.items() if count),
            expected="pictures of every class in the train split",
        )


def _find_missing(test: dict[str, int]) -> list[str]:
    missing = [name for name, count in test.items() if not count]
    return [f"the test split has no picture of {', '.join(missing)}: their accuracy is unknown"] * bool(missing)


def _find_unequal(train: dict[str, int]) -> list[str]:
    most, least = max(train, key=train.__getitem__), min(train, key=train.__getitem__)
    if train[most] < UNEQUAL * train[least]:
        return []
    return [f"the classes are very unequal: {train[most]:,} train pictures of {most}, {train[least]:,} of {least}"]


def _find_conflicts(splits: dict[str, Split], keys: dict[str, list[bytes]]) -> list[str]:
    """Warn about identical pictures with different labels."""
    first: dict[bytes, tuple[int, str]] = {}
    conflicts: list[str] = []
    for name, split in splits.items():
        for key, label, identity in zip(keys[name], split.labels.tolist(), split.ids, strict=True):
            known, other = first.setdefault(key, (label, identity))
            if known != label:
                conflicts.append(f"{other} is {split.classes[known]} and {identity} is {split.classes[label]}")
    return _warn(conflicts, "picture appears under two labels", "pictures appear under two labels")


def _find_leaks(splits: dict[str, Split], keys: dict[str, list[bytes]]) -> tuple[int, list[str]]:
    """Count the test pictures that are also in train, and warn about them."""
    known = dict(zip(keys["train"], splits["train"].ids, strict=True))
    shared = [(key, identity) for key, identity in zip(keys["test"], splits["test"].ids, strict=True) if key in known]
    leaks = [f"{identity} is {known[key]}" for key, identity in shared]
    return len(leaks), _warn(leaks, "test picture is also in train", "test pictures are also in train")


def _warn(cases: list[str], one: str, several: str) -> list[str]:
    some = "; ".join(cases[:NAMED]) + ("; ..." if len(cases) > NAMED else "")
    return [f"{len(cases):,} {one if len(cases) == 1 else several} ({some})"] if cases else []
