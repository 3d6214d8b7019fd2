"""Time of the picture front end: python -m tests.benchmarks.reading.pictures.

MNIST's own pictures take the fast path, in one batch; photos are read from bytes to 28x28. Medians of CPU time over
single calls, with OpenCV on one thread. Digits of 280x280 are MNIST's, enlarged and with grain, so their edges are soft
and most need the full search.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np

from inference.drawing.mnist_like import are_mnist_like
from inference.files.decode import decode
from inference.reading import read_picture
from tests.benchmarks.reading.fixed import paper, thick
from tests.inference.pictures import SEVEN, as_file, draw, sample, seven

TURNS = 30
BATCH = 1000
ENLARGED = 20


def photo(width: int, height: int) -> np.ndarray:
    """Return a shaded photo, with grain, of a 7 in blue pen."""
    page = draw(np.full((height, width, 3), (225, 232, 238), np.uint8), SEVEN, height // 24, (130, 50, 30))
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    grain = np.random.default_rng(0).normal(0, 4, page.shape)
    return np.clip(page * (1 - 0.5 * x * y)[..., None] + grain, 0, 255).astype(np.uint8)


def milliseconds(call: Callable[[], object]) -> list[float]:
    """Return the CPU time in ms of each of TURNS calls, after an uncounted first one."""
    call()
    taken: list[float] = []
    for _ in range(TURNS):
        begun = time.process_time()
        call()
        taken.append((time.process_time() - begun) * 1000)
    return taken


def main() -> None:
    """Measure and print a Markdown table."""
    cv2.setNumThreads(1)
    images = sample()[:BATCH]
    small, large = photo(640, 480), photo(4000, 3000)
    files = {
        "28x28 PNG": as_file(images[0], "PNG"),
        "100x100 PNG": as_file(seven((100, 100), 9), "PNG"),
        "640x480 PNG photo": as_file(small, "PNG"),
        "640x480 JPEG photo": as_file(small, "JPEG", quality=85),
        "12-megapixel JPEG photo": as_file(large, "JPEG", quality=85),
    }
    rng = np.random.default_rng(0)
    enlarged = [
        as_file(paper(thick(image, (1, 9, 25)[i % 3]), rng), "PNG") for i, image in enumerate(images[:ENLARGED])
    ]
    print("| what | decoded | read to 28x28 | n |\n|---|---|---|---|")
    fast = [each / BATCH * 1000 for each in milliseconds(lambda: are_mnist_like(images))]
    print(f"| already MNIST-like, in batches of {BATCH} | | {statistics.median(fast):.1f} us a picture | {TURNS} |")
    each = [statistics.median(milliseconds(lambda d=data: read_picture(d))) for data in enlarged]
    print(
        f"| {ENLARGED} digits of 280x280, a PNG each: mean | | {statistics.mean(each):.2f} ms | {TURNS} each |",
        flush=True,
    )
    for name, data in files.items():
        decoded, read = (statistics.median(milliseconds(lambda f=f, d=data: f(d))) for f in (decode, read_picture))
        print(f"| {name} | {decoded:.2f} ms | {read:.2f} ms | {TURNS} |", flush=True)


if __name__ == "__main__":
    main()
