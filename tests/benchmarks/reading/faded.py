"""Digits that are half faint, read by a bundle: python -m tests.benchmarks.reading.faded BUNDLE [--count N].

BUNDLE is a folder such as PROJECT/artifacts/champion or inference/starter; MNIST_FILES names the folder of the four
original files. Test digits are drawn on paper with a sharp pen; on one side of a random line through the middle their
ink has only a share of its contrast, as where a pen or a copier fails.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inference.model.answer import answer_all
from inference.model.reader import Reader
from tests.benchmarks.reading.robustness import official_test_split

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARES = (1, 0.5, 0.3, 0.2, 0.1)
SIDE, DIGIT = 400, 240
PAPER, INK, GRAIN = 235, 190, 2


def draw(image: NDArray[np.uint8], share: float, rng: np.random.Generator) -> bytes:
    """Draw a digit, uint8 [28, 28], on paper, half of it with this share of the ink; return a PNG file."""
    large = cv2.GaussianBlur(cv2.resize(image, (DIGIT, DIGIT), interpolation=cv2.INTER_CUBIC), (0, 0), 2)
    ink = np.pad(np.clip((large.astype(np.float32) - 100) / 60, 0, 1), (SIDE - DIGIT) // 2)
    angle, y, x = rng.uniform(0, 2 * np.pi), *np.mgrid[:SIDE, :SIDE] - SIDE / 2
    ink *= np.where(x * np.cos(angle) + y * np.sin(angle) > rng.uniform(-25, 25), share, 1)
    page = np.clip(PAPER - INK * ink + rng.normal(0, GRAIN, ink.shape), 0, 255).astype(np.uint8)
    return cv2.imencode(".png", page)[1].tobytes()


def main() -> None:
    """Print the table: for each share of the contrast what is read right, answered, and answered wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--count", type=int, default=100)
    arguments = parser.parse_args()
    test, reader = official_test_split(Path(os.environ["MNIST_FILES"])), Reader(arguments.bundle)
    rng = np.random.default_rng(5)
    chosen = rng.choice(len(test), arguments.count, replace=False)
    print("| contrast of the faint half | read right | answered | answered wrong |\n|---|---|---|---|")
    for share in SHARES:
        answers = answer_all((draw(test.images[i], share, rng) for i in chosen), reader)
        pairs = list(zip(answers, (str(test.labels[i]) for i in chosen), strict=True))
        counts = (
            sum(answer.guess == label for answer, label in pairs),
            sum(answer.digit is not None for answer, _ in pairs),
            sum(answer.digit not in {None, label} for answer, label in pairs),
        )
        print(f"| {share:.0%} | {' | '.join(f'{100 * count / len(pairs):.1f} %' for count in counts)} |")
    print(f"\nn = {arguments.count} each; {dt.datetime.now(dt.UTC).date()}")


if __name__ == "__main__":
    main()
