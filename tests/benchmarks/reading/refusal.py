"""Share of pictures refused by each score.

Usage: python -m tests.benchmarks.reading.refusal PROJECT [--count N] [--refused SHARE]

PROJECT is a folder in which `digits run` has promoted a model. Each score gets the threshold that refuses a share of
the validation digits, 1 % unless said. It is then tried on test digits, scikit-learn's, Fashion-MNIST's (if
FASHION_MNIST_FILES names the folder of its original files) and pictures that are not digits. These go through the front
end, which refuses blank, faint and multiple digits before any score.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.reading.other_digits import load_other_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.calibration import Calibration

Scores = dict[str, Any]
"""Scores by name, float [n]: the higher, the less like a digit."""


def score(logits: NDArray[np.float32], calibration: Calibration) -> Scores:
    """Return every score of the pictures with these logits."""
    from scipy.special import log_softmax, logsumexp

    from inference.model.decision import evidence

    divided = logits.astype("float64") / calibration.record.temperature
    return {
        "confidence": -log_softmax(divided, axis=1).max(axis=1),
        "energy": -logsumexp(divided, axis=1),
        "evidence (used)": -evidence(logits),
    }


def through_front_end(files: Iterable[bytes]) -> tuple[NDArray[np.uint8], int]:
    """Return the pictures that the front end passes on to a score, and the count of those it refuses."""
    import numpy as np

    from inference.model.answer import why_unsure
    from inference.reading import read_picture

    readings = [read_picture(data) for data in files]
    left = [each.image for each in readings if not (each.blank or why_unsure(each))]
    return np.array(left, np.uint8).reshape(-1, 28, 28), len(readings) - len(left)


def zigzags(count: int, seed: int) -> Iterator[bytes]:
    """Draw thick zigzags with a pen, dark on light: 6 to 11 corners, the strokes 1 to 1.9 pens apart, at any angle."""
    import cv2
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    for _ in range(count):
        corners, side, reach = int(rng.integers(6, 12)), int(rng.integers(120, 600)), rng.uniform(1.7, 10)
        steps, angle = np.arange(corners), float(rng.choice((0, np.pi / 2, rng.uniform(0, np.pi))))
        points = np.stack([steps * rng.uniform(1, 1.9), reach * (steps % 2) * rng.uniform(0.8, 1, corners)], axis=1)
        points = points @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        scale = side * rng.uniform(0.4, 0.65) / np.ptp(points, axis=0).max()
        places = np.rint((points - np.ptp(points, axis=0) / 2 - points.min(axis=0)) * scale + side / 2).astype(np.int32)
        page = np.full((side, side), 255, np.uint8)
        cv2.polylines(page, [places], False, int(rng.integers(0, 90)), max(round(scale), 1), cv2.LINE_AA)
        yield cv2.imencode(".png", page)[1].tobytes()


def collect(project: Path, count: int) -> dict[str, tuple[NDArray[np.uint8], int]]:
    """Return the pictures of each set and the count of those refused before any score."""
    import cv2
    import numpy as np

    from learning.synthetic import not_digits as refusals
    from schemas.artifacts.examples import Examples

    examples = Examples(project / "artifacts/latest/preprocess.examples")
    test = examples.read("test")
    sets: dict[str, tuple[NDArray[np.uint8], int]] = {
        "validation": (examples.read("validation").images, 0),
        "test digits": (test.images, 0),
        "other people's digits": (load_other_digits()[0], 0),
    }
    if folder := os.environ.get("FASHION_MNIST_FILES"):
        data = gzip.decompress((Path(folder) / "t10k-images-idx3-ubyte.gz").read_bytes())
        pictures = np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28)
        sets["Fashion-MNIST"] = pictures, 0
        sets["Fashion-MNIST files"] = through_front_end(
            cv2.imencode(".png", each)[1].tobytes() for each in pictures[-2000:]
        )
    makers: dict[str, Callable[[], Iterable[bytes]]] = {
        "blank pages": lambda: refusals.blank_pages(count, 1),
        "noise": lambda: refusals.noise(count, 1),
        "letters": lambda: refusals.letters(count, 1),
        "scribbles": lambda: refusals.scribbles(count, 1),
        "zigzags": lambda: zigzags(count, 1),
        "two digits": lambda: refusals.two_digits(test, count, 1),
    }
    return sets | {name: through_front_end(make()) for name, make in makers.items()}


def main() -> None:
    """Print the table: the share of each set that each score refuses."""
    import numpy as np

    from inference.litert.network import LiteRtModel
    from schemas.artifacts.bundle import Bundle
    from schemas.artifacts.calibration import Calibration

    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--refused", type=float, default=0.01)
    arguments = parser.parse_args()
    champion = (arguments.project / "artifacts/champion").resolve()
    calibration, model = Calibration(champion), LiteRtModel(champion / Bundle.LITERT)
    sets = collect(arguments.project, arguments.count)
    scores = {name: score(model(images)["logits"], calibration) for name, (images, _) in sets.items()}
    shown = [name for name in sets if name != "validation"]
    print(f"| refused by | {' | '.join(shown)} |\n|---|{'---|' * len(shown)}")
    for kind, valid in scores["validation"].items():
        threshold = np.quantile(valid, 1 - arguments.refused, method="higher")
        shares = [_share(scores[name][kind] > threshold, sets[name][1]) for name in shown]
        print(f"| {kind} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |")
    totals = ", ".join(f"{len(images) + before:,} {name}" for name, (images, before) in sets.items())
    print(f"\n{totals}; {dt.datetime.now(dt.UTC).date()}")


def _share(refused: NDArray[np.bool_], before: int) -> float:
    return (int(refused.sum()) + before) / (len(refused) + before)


if __name__ == "__main__":
    main()
