"""Writing styles that are rare in MNIST: python -m tests.benchmarks.reading.ways PROJECT [--count N].

PROJECT is a folder in which `digits run` has promoted a model. The pictures share no code with the digits that ingest
draws: they are circles, arcs and straight lines, and OpenCV's fonts, dark on light, through the front end.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 300
FONTS = ("SIMPLEX", "DUPLEX", "COMPLEX", "TRIPLEX", "SCRIPT_SIMPLEX", "SCRIPT_COMPLEX")

Points = list[tuple[float, float]]
"""Points (x, y) of a stroke, in units of a digit's height."""


def arc(x: float, y: float, radii: tuple[float, float], begin: float, end: float) -> Points:
    """Return an arc about (x, y) from one angle to another, in degrees counterclockwise."""
    turn = np.radians(np.linspace(begin, end, 60))
    return [(x + radii[0] * math.cos(each), y - radii[1] * math.sin(each)) for each in turn]


def flag(rng: np.random.Generator, least: float, most: float) -> tuple[float, float]:
    """Return the free end of a 1's flag."""
    length, angle = rng.uniform(least, most), math.radians(rng.uniform(38, 58))
    return -length * math.cos(angle), length * math.sin(angle)


def foot(rng: np.random.Generator) -> Points:
    """Return the foot of a 1."""
    return [(-rng.uniform(0.15, 0.4), 1), (rng.uniform(0.15, 0.4), 1)]


def seven(rng: np.random.Generator, *, crossed: bool, serif: bool) -> list[Points]:
    """Return the strokes of a 7."""
    wide, back = rng.uniform(0.45, 0.7), rng.uniform(0.1, 0.35)
    stem = wide - back / 2
    hook: Points = [(-0.02, rng.uniform(0.1, 0.25))] if serif else []
    bar: list[Points] = [[(stem - 0.22, rng.uniform(0.45, 0.55)), (stem + 0.22, 0.5)]] if crossed else []
    return [[*hook, (0, 0), (wide, 0), (wide - back, 1)], *bar]


def nine(rng: np.random.Generator, *, curled: bool) -> list[Points]:
    """Return the strokes of a 9, whose stem is straight or ends in a curl."""
    wide = rng.uniform(0.18, 0.26)
    loop, stem = arc(0, wide, (wide, wide), 0, 360), [(wide, wide), (wide, 1 - wide if curled else 1)]
    return [loop, stem, *([arc(0, 1 - wide, (wide, wide), 0, -rng.uniform(110, 170))] if curled else [])]


WAYS: dict[str, Callable[[np.random.Generator], list[Points]]] = {
    "1 long flag": lambda rng: [[flag(rng, 0.25, 0.6), (0, 0), (0, 1)]],
    "1 short flag": lambda rng: [[flag(rng, 0.12, 0.25), (0, 0), (0, 1)]],
    "1 flag and foot": lambda rng: [[flag(rng, 0.15, 0.5), (0, 0), (0, 1)], foot(rng)],
    "1 foot": lambda rng: [[(0, 0), (0, 1)], foot(rng)],
    "4 open": lambda rng: [[(0.05, 0), (0, 0.55), (0.62, 0.55)], [(0.45, rng.uniform(0, 0.3)), (0.45, 1)]],
    "6 boxy": lambda rng: [[(0, 0), (0, 1), (wide := rng.uniform(0.35, 0.5), 1), (wide, 0.55), (0, 0.55)]],
    "7 crossed": lambda rng: seven(rng, crossed=True, serif=False),
    "7 serif": lambda rng: seven(rng, crossed=False, serif=True),
    "7 serif, crossed": lambda rng: seven(rng, crossed=True, serif=True),
    "8 two circles": lambda rng: [
        arc(0, 0.23, (rng.uniform(0.15, 0.22), 0.23), 0, 360),
        arc(0, 0.73, (rng.uniform(0.2, 0.28), 0.27), 0, 360),
    ],
    "9 straight": lambda rng: nine(rng, curled=False),
    "9 curled": lambda rng: nine(rng, curled=True),
    "0 slashed": lambda rng: [
        arc(0, 0.5, (wide := rng.uniform(0.3, 0.45), 0.5), 0, 360),
        [(0.8 * wide, 0.08), (-0.8 * wide, 0.92)],
    ],
}


def pictures(count: int) -> Iterator[tuple[str, bytes]]:
    """Yield *count* pictures of each style and all digits of the fonts: name, beginning with the digit, and PNG."""
    rng = np.random.Generator(np.random.PCG64(5))
    for way, strokes in WAYS.items():
        for _ in range(count):
            yield way, _photograph(_drawn(strokes(rng), rng), rng)
    for font in FONTS:
        for digit in "0123456789":
            for thickness in (5, 11):
                ink = np.zeros((SIDE, SIDE), np.uint8)
                cv2.putText(ink, digit, (90, 220), getattr(cv2, f"FONT_HERSHEY_{font}"), 6, 255, thickness, cv2.LINE_AA)
                yield f"{digit} of OpenCV's fonts", _photograph(ink, rng)


def _drawn(strokes: list[Points], rng: np.random.Generator) -> NDArray[np.uint8]:
    ink, scale, width = np.zeros((SIDE, SIDE), np.uint8), rng.uniform(150, 190), int(rng.integers(7, 20))
    every = np.vstack(strokes)
    middle = (every.min(axis=0) + every.max(axis=0)) / 2
    for stroke in strokes:
        places = np.rint((np.array(stroke) - middle) * scale + SIDE / 2).astype(np.int32)
        cv2.polylines(ink, [places], isClosed=False, color=255, thickness=width, lineType=cv2.LINE_AA)
    return ink


def _photograph(ink: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    turn = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), rng.uniform(-7, 7), 1)
    dark = cv2.warpAffine(ink, turn, (SIDE, SIDE)).astype(np.float32) / 255 * rng.uniform(150, 210)
    page = rng.uniform(225, 250) - dark + rng.normal(0, 3, ink.shape)
    return cv2.imencode(".png", np.clip(page, 0, 255).astype(np.uint8))[1].tobytes()


def main() -> None:
    """Print the table: how many pictures of each way are read right, refused and misread."""
    from inference.model.answer import answer
    from inference.model.reader import Reader

    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("--count", type=int, default=40)
    arguments = parser.parse_args()
    reader = Reader((arguments.project / "artifacts/champion").resolve())
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for way, file in pictures(arguments.count):
        found = answer(file, reader)
        place = 1 if found.decision != "answered" else 0 if found.digit == way[0] else 2
        for name in ("all", way):
            rows[name][place] += 1
    print("| way | right | refused | misread |\n|---|---|---|---|")
    for name, counts in [*((each, rows[each]) for each in sorted(rows) if each != "all"), ("**all**", rows["all"])]:
        print(f"| {name} | {' | '.join(map(str, counts))} |")
    print(f"\n{dt.datetime.now(dt.UTC).date()}")


if __name__ == "__main__":
    main()
