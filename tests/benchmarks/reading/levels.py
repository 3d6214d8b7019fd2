"""What would be answered if another share of the test digits were refused.

Usage: python -m tests.benchmarks.reading.levels BUNDLE [--count N]

MNIST_FILES names the folder of the four original files; FASHION_MNIST_FILES, if set, that of Fashion-MNIST's. Of each
way of saving digits it prints the share answered, and of drawings and garments, which every answer gets wrong, too.
"""

from __future__ import annotations

import argparse
import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from inference.model.answer import why_unsure
from inference.model.reader import Reader
from inference.model.threads import use_one_thread
from inference.reading import read_picture
from learning.synthetic import not_digits
from tests.benchmarks.reading import fixed, saved
from tests.benchmarks.reading.refusal import zigzags
from tests.benchmarks.reading.robustness import official_test_split

SHARES = (0.0055, 0.0082, 0.0095, 0.0125)
FIXED = ("pen 45", "stretched")


def garments(count: int) -> Iterator[bytes]:
    """Yield pictures of Fashion-MNIST's test split as PNG files."""
    data = gzip.decompress((Path(os.environ["FASHION_MNIST_FILES"]) / "t10k-images-idx3-ubyte.gz").read_bytes())
    for each in np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28)[-count:]:
        yield cv2.imencode(".png", each)[1].tobytes()


def answered(files: list[bytes], reader: Reader, levels: list[float]) -> list[float]:
    """Return the share of files answered at each level of evidence."""
    readings = [read_picture(each) for each in files]
    decisions = reader.read(np.stack([each.image for each in readings]))
    clear = np.array([not why_unsure(each) for each in readings]) & (decisions.confidence >= decisions.floor)
    return [float(np.mean(clear & (decisions.evidence >= level))) for level in levels]


def main() -> None:
    """Print a row for each kind of picture."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--count", type=int, default=100)
    arguments = parser.parse_args()
    use_one_thread()
    cv2.setNumThreads(1)
    n, reader = arguments.count, Reader(arguments.bundle.resolve())
    test, rng = official_test_split(Path(os.environ["MNIST_FILES"])), np.random.default_rng(77)
    evidence = np.sort(reader.read(test.images).evidence)
    levels = [float(evidence[round(share * len(evidence))]) for share in SHARES]
    kinds = {each: list(getattr(not_digits, each)(2 * n, 5)) for each in ("letters", "scribbles")}
    kinds["zigzags"] = list(zigzags(2 * n, 5))
    if "FASHION_MNIST_FILES" in os.environ:
        kinds["garments"] = list(garments(6 * n))
    some = {name: make for name, make in fixed.KINDS.items() if any(part in name for part in FIXED)}
    for name, make in (saved.KINDS | some).items():
        kinds[name] = [make(test.images[[i]], rng) for i in rng.choice(len(test), n, replace=False)]
    print(f"| answered of | {' | '.join(f'{share:.2%}' for share in SHARES)} |\n|---|{'---|' * len(SHARES)}")
    for name, files in kinds.items():
        shares = " | ".join(f"{share:.1%}" for share in answered(files, reader, levels))
        print(f"| {name} | {shares} |", flush=True)
    print(f"\nn = {n} of each way, {2 * n} of each drawing, {6 * n} garments")


if __name__ == "__main__":
    main()
