"""Find the four idx files of a folder by the names that they have on mirrors, in archives and in other data sets."""

from __future__ import annotations

import re
from pathlib import Path

from schemas.errors import InputError

__all__ = ["PARTS", "find_files", "find_part"]

PARTS = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
"""MNIST's names of the four files."""
NAME = re.compile(
    r"(?:(?P<set>.+?)-)?(?P<half>train|t10k|test)-(?P<kind>images|labels)[-.]idx(?:[123]-ubyte|2-int)(?:\.gz)?$"
)
SETTINGS = "train_images, train_labels, test_images and test_labels"


def find_files(folder: Path) -> tuple[list[Path], str]:
    """Return the pictures and labels of train and test, and the name of the set: 'emnist-digits', '' for MNIST's names.

    A dot or a dash may precede idx, .gz may follow, `test` may stand for t10k, and a set's name may come first. Labels
    may be `idx2-int`, as QMNIST's.

    Raises:
        InputError: a file is missing, or there are several sets.
    """
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if (name := NAME.match(path.name)) and path.is_file():
            part = f"{name['half'].replace('test', 't10k')}-{name['kind']}"
            found.setdefault(name["set"] or "", {}).setdefault(part, path)
    wanted = ["-".join(each.split("-")[:2]) for each in PARTS]
    whole = [name for name, parts in found.items() if set(wanted) == set(parts)]
    if len(whole) == 1:
        return [found[whole[0]][part] for part in wanted], whole[0]
    if whole:
        raise InputError(
            f"{folder} holds several sets of idx files",
            found=", ".join(name or "MNIST's names" for name in sorted(whole)),
            expected="one of them",
            do=f"set {SETTINGS} instead of folder, or move the others away",
        )
    nearly = max(found.values(), key=len, default={})
    name = next(each for each, part in zip(PARTS, wanted, strict=True) if part not in nearly)
    raise InputError(
        f"{folder} does not hold the four idx files",
        found=f"neither {name} nor {name}.gz",
        expected=", ".join(PARTS),
        do=f"rename the files, or set {SETTINGS} instead of folder",
    )


def find_part(folder: Path, part: str) -> Path | None:
    """Return the file of one of PARTS, with a dot or a dash before idx, with or without .gz; None without it."""
    names = [f"{name}{end}" for end in (".gz", "") for name in (part, part.replace("-idx", ".idx"))]
    return next((folder / name for name in names if (folder / name).is_file()), None)
