"""Digits with a mark: crossed out, circled, underlined, boxed: python -m tests.benchmarks.reading.marked BUNDLE.

MNIST_FILES names the folder of the four original files. Test digits are drawn on grainy paper with a sharp pen, the
mark with the same pen or a thinner one. Dates and rows of boxes hold several digits, so every answer is wrong; the
last kinds have strokes that belong to the digit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from tests.benchmarks.reading.tally import tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]
    Field = NDArray[np.float32]
    Mark = Callable[[Field, tuple[float, float, float, float], np.random.Generator], Field]

PAGE = 420


def paper(ink: Field, rng: np.random.Generator) -> bytes:
    """Return a PNG file of ink, float32 [h, w], 0 to 1, on paper."""
    light, dark, grain = rng.uniform(205, 250), rng.uniform(20, 90), rng.uniform(0, 4)
    page = light - (light - dark) * ink + rng.normal(0, grain, ink.shape)
    return cv2.imencode(".png", np.clip(page, 0, 255).astype(np.uint8))[1].tobytes()


def large(image: Image, side: int) -> Field:
    """Return a digit with sharp edges, float32 [side, side], 0 to 1."""
    grey = cv2.GaussianBlur(cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC), (0, 0), side / 120)
    return np.clip((grey.astype(np.float32) - 100) / 60, 0, 1).astype(np.float32)


def box_of(ink: Field) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the ink."""
    rows, columns = (np.flatnonzero((ink > 0.5).any(axis)) for axis in (1, 0))
    return float(columns[0]), float(rows[0]), float(columns[-1]), float(rows[-1])


def stroke(ink: Field, points: NDArray[np.float64], width: float, rng: np.random.Generator, tremor: float = 1) -> Field:
    """Draw a slightly trembling line through points (x, y)."""
    steps = np.linspace(0, len(points) - 1, 40)
    line = np.stack([np.interp(steps, range(len(points)), points[:, i]) for i in (0, 1)], axis=1)
    line += cv2.GaussianBlur(rng.normal(0, 6 * tremor, line.shape), (1, 9), 0)
    drawn = (ink * 255).astype(np.uint8)
    cv2.polylines(drawn, [np.rint(line * 16).astype(np.int32)], False, [255], max(round(width), 1), cv2.LINE_AA, 4)
    return np.maximum(ink, drawn.astype(np.float32) / 255)


def pen(rng: np.random.Generator) -> float:
    """Return the width of a mark's pen, pixels; the digits' strokes have about 20."""
    return rng.uniform(7, 22)


def slash(
    ink: Field,
    box: tuple[float, float, float, float],
    rng: np.random.Generator,
    width: float | None = None,
    turn: float | None = None,
) -> Field:
    """Cross out with one line that goes past the digit on both sides."""
    left, top, right, bottom = box
    middle = np.array([(left + right) / 2, (top + bottom) / 2]) + rng.normal(0, 0.07, 2) * (bottom - top)
    angle = turn if turn is not None else rng.uniform(-0.9, 0.9)
    if turn is None and rng.random() < 0.2:
        angle = rng.choice((-1, 1)) * rng.uniform(0.9, 1.3)
    half = np.array([np.cos(angle), -np.sin(angle)])
    reach = min((right - left) / 2 / max(abs(half[0]), 0.05), (bottom - top) / 2 / max(abs(half[1]), 0.05))
    ends = middle + np.outer((-1, 1), half) * max(reach, 0.3 * (bottom - top)) * rng.uniform(1.05, 1.5, (2, 1))
    return stroke(ink, ends, width or pen(rng), rng)


def slashes(ink: Field, box: tuple[float, float, float, float], rng: np.random.Generator) -> Field:
    """Cross out with two nearly parallel lines."""
    width, turn, height = pen(rng), rng.uniform(-0.9, 0.9), box[3] - box[1]
    for by in (-0.13, 0.13):
        at = tuple(each + by * height * (i % 2) for i, each in enumerate(box))
        ink = slash(ink, (at[0], at[1], at[2], at[3]), rng, width, turn + rng.normal(0, 0.08))
    return ink


def cross(ink: Field, box: tuple[float, float, float, float], rng: np.random.Generator) -> Field:
    """Cross out with an X."""
    width, turn = pen(rng), rng.uniform(0.5, 1.0)
    return slash(slash(ink, box, rng, width, turn), box, rng, width, -turn)


def scribble(ink: Field, box: tuple[float, float, float, float], rng: np.random.Generator) -> Field:
    """Cross out with a zigzag."""
    left, top, right, bottom = box
    count, over = int(rng.integers(5, 12)), 0.12 * (bottom - top)
    x = np.linspace(left - over, right + over, count) + rng.normal(0, 5, count)
    y = np.where(np.arange(count) % 2, top, bottom) + rng.normal(0, 0.1 * (bottom - top), count)
    points = np.stack([x, y], axis=1)
    return stroke(ink, points if rng.integers(2) else _turned(points, box), pen(rng), rng)


def _turned(points: NDArray[np.float64], box: tuple[float, float, float, float]) -> NDArray[np.float64]:
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    return (points - middle)[:, ::-1] + middle


def circle(ink: Field, box: tuple[float, float, float, float], rng: np.random.Generator) -> Field:
    """Circle by hand: not quite closed, or overlapping itself; off the digit by a little."""
    left, top, right, bottom = box
    begin, turn = rng.uniform(0, 2 * np.pi), 2 * np.pi * rng.uniform(0.94, 1.1)
    angle = np.linspace(begin, begin + turn, 40)
    radius = rng.uniform(0.68, 0.95) * max(bottom - top, right - left)
    radii = radius * rng.uniform(0.8, 1.05), radius
    drift = np.linspace(1, rng.uniform(0.9, 1.1), 40)
    x = (left + right) / 2 + radii[0] * np.cos(angle) * drift
    y = (top + bottom) / 2 + radii[1] * np.sin(angle) * drift
    return stroke(ink, np.stack([x, y], axis=1), pen(rng) * 0.7, rng, 0.5)


def underline(ink: Field, box: tuple[float, float, float, float], rng: np.random.Generator) -> Field:
    """Draw a line, or two, below, which may be short, slanted or touch the digit."""
    left, _, right, bottom = box
    longer, slope, width = rng.uniform(0.05, 0.4) * PAGE / 3, rng.normal(0, 0.05), pen(rng) * 0.8
    gap = rng.uniform(-4, 40)
    for i in range(1 + (rng.random() < 0.25)):
        y = bottom + width / 2 + gap + 28 * i
        rise = slope * (right - left + 2 * longer) / 2
        ink = stroke(ink, np.array([[left - longer, y + rise], [right + longer, y - rise]]), width, rng, 0.4)
    return ink


def ruled_box(ink: Field, box: tuple[float, float, float, float], rng: np.random.Generator) -> Field:
    """Draw a printed box around the digit, which may touch it."""
    gaps = rng.uniform(-0.03, 0.4, 4) * (box[3] - box[1])
    left, top, right, bottom = (round(each) for each in np.array(box) + gaps * (-1, -1, 1, 1))
    lines = np.zeros(ink.shape, np.uint8)
    cv2.rectangle(lines, (left, top), (right, bottom), [round(rng.uniform(110, 255))], int(rng.integers(2, 9)))
    return np.maximum(ink, lines.astype(np.float32) / 255)


def marked(images: Image, rng: np.random.Generator, mark: Mark) -> bytes:
    """Draw a digit with a mark."""
    side = int(rng.integers(170, 260))
    ink, corner = np.zeros((PAGE, PAGE), np.float32), (PAGE - side) // 2
    ink[corner : corner + side, corner : corner + side] = large(images[0], side)
    return paper(mark(ink, box_of(ink), rng), rng)


def cut_box(images: Image, rng: np.random.Generator) -> bytes:
    """Cut a form so that the box's lines lie on or near some sides of the picture."""
    ink, side = np.zeros((PAGE, PAGE), np.float32), int(rng.integers(170, 230))
    corner = (PAGE - side) // 2
    ink[corner : corner + side, corner : corner + side] = large(images[0], side)
    box, gap, width = box_of(ink), rng.uniform(18, 50, 4), int(rng.integers(3, 10))
    left, top, right, bottom = (round(each) for each in np.array(box) + gap * (-1, -1, 1, 1))
    lines = np.zeros(ink.shape, np.uint8)
    cv2.rectangle(lines, (left, top), (right, bottom), [round(rng.uniform(110, 255))], width)
    away = rng.integers(5, 30, 4) * (rng.random(4) < 0.6)
    cut = np.rint(rng.uniform(-width, 1.5 * width, 4)).astype(int) - away
    inner = np.maximum(ink, lines.astype(np.float32) / 255)
    return paper(inner[max(top + cut[1], 0) : bottom - cut[3], max(left + cut[0], 0) : right - cut[2]], rng)


def boxes(images: Image, rng: np.random.Generator, count: int, pause: tuple[int, ...] = ()) -> bytes:
    """Draw a row of boxes, each with a digit; a gap follows the boxes named by *pause*."""
    wide, high, width = int(rng.integers(70, 110)), int(rng.integers(90, 120)), int(rng.integers(1, 5))
    apart, side, x = int(rng.choice((0, 0, 8, 16))), int(0.9 * wide), 60
    page = np.zeros((high + 120, count * (wide + apart) + len(pause) * wide // 2 + 120), np.float32)
    lines, strength = np.zeros(page.shape, np.uint8), round(rng.uniform(110, 255))
    for i in range(count):
        top, left = 60 + (high - side) // 2, x + (wide - side) // 2
        page[top : top + side, left : left + side] = large(images[i], side)
        cv2.rectangle(lines, (x, 60), (x + wide, 60 + high), [strength], width)
        x += wide + apart + (wide // 2 if i in pause else 0)
    return paper(np.maximum(page, lines.astype(np.float32) / 255), rng)


def barred(ink: Field, box: tuple[float, float, float, float], rng: np.random.Generator) -> Field:
    """Draw the short bar of a 7 through its stem, or of a barred 2, Z or 0: at half height, no wider than the digit."""
    left, top, right, bottom = box
    y = top + rng.uniform(0.45, 0.58) * (bottom - top)
    inked = np.flatnonzero(ink[round(y)] > 0.5)
    middle, half = float(inked.mean() if len(inked) else (left + right) / 2), 0.2 * (bottom - top)
    tilt = rng.normal(0, 4)
    return stroke(ink, np.array([[middle - half, y + tilt], [middle + half, y - tilt]]), rng.uniform(12, 20), rng, 0.4)


def slashed(ink: Field, box: tuple[float, float, float, float], rng: np.random.Generator) -> Field:
    """Draw the slash inside a 0, from its upper right to its lower left."""
    left, top, right, bottom = box
    wide, high = 0.3 * (right - left), 0.32 * (bottom - top)
    x, y = (left + right) / 2, (top + bottom) / 2
    long = rng.uniform(0.8, 1.25)
    ends = np.array([[x + wide * long, y - high * long], [x - wide * long, y + high * long]])
    return stroke(ink, ends, rng.uniform(12, 20), rng, 0.4)


KINDS = {
    "one slash": partial(marked, mark=slash),
    "two slashes": partial(marked, mark=slashes),
    "X": partial(marked, mark=cross),
    "scribble": partial(marked, mark=scribble),
    "circled": partial(marked, mark=circle),
    "underlined": partial(marked, mark=underline),
    "boxed": partial(marked, mark=ruled_box),
    "box cut by the edge": cut_box,
    "-two boxes": partial(boxes, count=2),
    "-six boxes": partial(boxes, count=6),
    "-date in boxes": partial(boxes, count=8, pause=(1, 3)),
    "no mark": partial(marked, mark=lambda ink, *_: ink),
    "7, barred": partial(marked, mark=barred),
    "0, slashed": partial(marked, mark=slashed),
    "2, barred": partial(marked, mark=barred),
}

if __name__ == "__main__":
    tally(KINDS, __doc__)
