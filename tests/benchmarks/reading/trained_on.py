"""How often a picture is taken for one that a model was trained on: python -m tests.benchmarks.reading.trained_on.

Needs MNIST_FILES and FASHION_MNIST_FILES. For digests of several lengths, the pictures of Fashion-MNIST and MNIST's
test pictures are looked up in the set of MNIST's training pictures; whole pixels tell which answers are wrong.
"""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from components.sources.arrays.idx import read_idx
from components.sources.source_settings import SourceEntry
from schemas.artifacts.picture_set import BYTES, PictureSet

LENGTHS = (2, 3, 4, 5, 8)


def main() -> None:
    """Print a row for each length of a digest, and what the set of the chosen length costs."""
    mnist, fashion = (_read(name) for name in ("MNIST_FILES", "FASHION_MNIST_FILES"))
    train, asked = mnist["train"], np.concatenate([mnist["test"], fashion["train"], fashion["test"]])
    known = {image.tobytes() for image in train}
    truth = np.array([image.tobytes() in known for image in asked])
    print(
        f"{len(train):,} pictures, {len(known):,} different; {len(asked):,} others asked, {truth.sum()} of them equal"
    )
    print("bytes a picture  set in kB  wrongly found")
    for length in LENGTHS:
        kept = {_digest(image, length) for image in train}
        wrong = sum(_digest(image, length) in kept for image in asked) - int(truth.sum())
        print(f"{length:15}  {length * len(kept) / 1000:9.0f}  {wrong:13,}")
    begun = time.process_time()
    chosen = PictureSet.of(train)
    made = time.process_time()
    assert (chosen.holds(asked) == truth).all()
    ended = time.process_time()
    print(f"{BYTES} bytes are used: {made - begun:.2f} CPU-s for the set, {ended - made:.2f} to ask for {len(asked):,}")


def _read(variable: str) -> dict[str, NDArray[np.uint8]]:
    entry = SourceEntry(source="idx", folder=Path(os.environ[variable]))
    return {name: split.images for name, split in read_idx(entry).splits.items()}


def _digest(image: NDArray[np.uint8], length: int) -> bytes:
    return hashlib.blake2b(image.tobytes(), digest_size=length).digest()


if __name__ == "__main__":
    main()
