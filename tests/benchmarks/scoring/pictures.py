"""Folders of pictures to score, made once and kept."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learning.synthetic.photo import Look

__all__ = ["link_many", "make_digits", "make_photos", "warm"]

PAGE = 480, 640
INODES = 10_000  # files that share all the names: ext4 allows 65,000 links to a file


def load_mnist() -> NDArray[np.uint8]:
    """Return all 70,000 pictures if MNIST_FILES names the folder of the original files, else the embedded 5,000."""
    import numpy as np

    if folder := os.environ.get("MNIST_FILES"):
        files = (Path(folder) / f"{split}-images-idx3-ubyte.gz" for split in ("train", "t10k"))
        read = (np.frombuffer(gzip.decompress(file.read_bytes()), np.uint8, offset=16) for file in files)
        return np.concatenate(list(read)).reshape(-1, 28, 28)
    from tests.inference.pictures import sample

    return sample()


def make_digits(folder: Path, count: int) -> Path:
    """Write *count* digits as 28x28 grey PNGs with Pillow, and all of them as FOLDER.npy."""
    if folder.is_dir():
        return folder
    import numpy as np

    from tests.inference.pictures import as_file

    images = load_mnist()
    folder.parent.mkdir(parents=True, exist_ok=True)
    np.save(f"{folder}.npy", images[np.arange(count) % len(images)])
    return _write(folder, ((f"{i:06d}.png", as_file(images[i % len(images)], "PNG")) for i in range(count)))


def make_photos(folder: Path, count: int) -> Path:
    """Write *count* photos of digits on paper, 640x480 JPEGs like those of a phone."""
    if folder.is_dir():
        return folder
    from learning.synthetic import robustness
    from learning.synthetic.photo import draw

    images = load_mnist()

    def photos() -> Iterator[tuple[str, bytes]]:
        for i in range(count):
            rng = robustness.generator(i)
            look = _on_page(robustness.photo(rng))
            yield f"{i:06d}.jpg", draw(images[i * len(images) // count], look, rng)

    return _write(folder, photos())


def _write(folder: Path, files: Iterable[tuple[str, bytes]]) -> Path:
    """Write files into a temporary folder, and rename it once it is complete."""
    aside = folder.with_name(f"{folder.name}.part")
    aside.mkdir(parents=True, exist_ok=True)
    for name, data in files:
        (aside / name).write_bytes(data)
    return aside.rename(folder)


def _on_page(look: Look) -> Look:
    """Return the look on a page of 640x480, with the digit's share of the page unchanged."""
    assert look.pose is not None
    scale = min(PAGE) / min(look.page)
    pose = replace(look.pose, box=look.pose.box * scale, margin=look.pose.margin * scale)
    return replace(look, page=PAGE, pose=pose)


def link_many(folder: Path, count: int, digits: Path) -> Path:
    """Link the pictures in *digits* to *count* names in one folder."""
    if folder.is_dir():
        return folder
    files = sorted(digits.iterdir())[:INODES]
    aside = folder.with_name(f"{folder.name}.part")
    aside.mkdir(parents=True)
    for i in range(count):
        os.link(files[i % len(files)], aside / f"{i:07d}.png")
    return aside.rename(folder)


def warm(*folders: Path) -> None:
    """Read every file once, into the page cache."""
    for folder in folders:
        for file in folder.iterdir():
            file.read_bytes()
