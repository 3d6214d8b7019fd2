"""Accuracy on the robustness suite: python -m tests.benchmarks.reading.robustness MODEL.tflite --sheet FILE.png.

MNIST_FILES names the folder of the four original files; the official test split is drawn in every kind, and each
picture is read in three ways: as in tutorials (grey, resized), the same and inverted if the border is light, and by
our front end. The sheet shows some pictures of each kind, each with the front end's output below it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import os
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inference.litert.network import LiteRtModel
from learning.synthetic.robustness import robustness_suite
from schemas.artifacts.examples import SIDE, Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Reader = Callable[[bytes], Pixels]

HEADERS = {"images-idx3": 16, "labels-idx1": 8}
LIGHT = 127
THUMBNAIL, GAP, NAMES = 72, 4, 140
EXAMPLES = 6


def official_test_split(folder: Path) -> Split:
    """Read the test split from the original files."""
    images, labels = (
        np.frombuffer(gzip.decompress((folder / f"t10k-{name}-ubyte.gz").read_bytes())[header:], np.uint8)
        for name, header in HEADERS.items()
    )
    ids = [f"mnist-test-{i:05d}" for i in range(len(labels))]
    return Split(images.reshape(-1, SIDE, SIDE), labels.astype(np.int32), ids, tuple("0123456789"))


def decode(data: bytes, how: int) -> Pixels:
    """Decode a file of the renderer."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    assert pixels is not None
    return pixels.astype(np.uint8)


def read_naively(data: bytes) -> Pixels:
    """Read a picture as in tutorials: grey, resized."""
    grey = decode(data, cv2.IMREAD_GRAYSCALE)
    return cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.uint8)


def read_inverting(data: bytes) -> Pixels:
    """Read a picture as in better tutorials: grey, resized, and inverted if the border is light."""
    image = read_naively(data)
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    return 255 - image if border.mean() > LIGHT else image


def read_as_we_do(data: bytes) -> Pixels:
    """Read a picture with our front end; a refused picture is black and counts as misread."""
    from inference.files.unreadable import UnreadableError
    from inference.reading import read_picture

    try:
        return read_picture(data).image
    except UnreadableError:
        return np.zeros((SIDE, SIDE), np.uint8)


READERS: dict[str, Reader] = {"naive": read_naively, "resize + invert": read_inverting, "ours": read_as_we_do}


def measure(model: LiteRtModel, files: list[bytes], labels: list[int]) -> list[int]:
    """Return, for each reader, how many files are read as labelled."""
    counts: list[int] = []
    for reader in READERS.values():
        images = np.stack([reader(data) for data in files])
        read = model(images)["probabilities"].argmax(axis=1)
        counts.append(int(np.count_nonzero((read == labels) & images.any(axis=(1, 2)))))
    return counts


def thumbnail(data: bytes) -> Pixels:
    """Return a picture as a square thumbnail, transparency as a chequerboard."""
    upright = decode(data, cv2.IMREAD_COLOR)
    everything = decode(data, cv2.IMREAD_UNCHANGED)
    if everything.shape[-1] != 4:
        return in_square(upright)
    down, right = np.ogrid[: upright.shape[0], : upright.shape[1]]
    tile = max(2, min(upright.shape[:2]) // 8)
    board = np.where((down // tile + right // tile) % 2, 190, 230)[..., None]
    cover = everything[..., 3:] / 255
    return in_square((upright * cover + board * (1 - cover)).astype(np.uint8))


def in_square(pixels: Pixels) -> Pixels:
    """Scale a picture of three channels into the middle of a grey square."""
    factor = THUMBNAIL / max(pixels.shape[:2])
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_NEAREST
    scaled = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=way)[:THUMBNAIL, :THUMBNAIL]
    square = np.full((THUMBNAIL, THUMBNAIL, 3), 225, np.uint8)
    top, left = ((THUMBNAIL - n) // 2 for n in scaled.shape[:2])
    square[top : top + scaled.shape[0], left : left + scaled.shape[1]] = scaled
    return square


def row_of(kind: str, files: list[bytes]) -> Pixels:
    """Return a strip of some pictures of a kind, each with the front end's output below it."""
    strip = np.full((2 * THUMBNAIL + 3 * GAP, NAMES + EXAMPLES * (THUMBNAIL + GAP), 3), 255, np.uint8)
    cv2.putText(strip, kind, (GAP, THUMBNAIL), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 1, cv2.LINE_AA)
    for i, data in enumerate(files[:: max(1, len(files) // EXAMPLES)][:EXAMPLES]):
        columns = slice(NAMES + i * (THUMBNAIL + GAP), NAMES + i * (THUMBNAIL + GAP) + THUMBNAIL)
        strip[GAP : GAP + THUMBNAIL, columns] = thumbnail(data)
        made = cv2.cvtColor(read_as_we_do(data), cv2.COLOR_GRAY2BGR).astype(np.uint8)
        strip[2 * GAP + THUMBNAIL : 2 * (GAP + THUMBNAIL), columns] = in_square(made)
    return strip


def by_kind(split: Split, per_kind: int, seed: int) -> Iterator[tuple[str, list[bytes], list[int]]]:
    """Draw the suite; yield each kind with its files and labels."""
    for kind, drawn in groupby(robustness_suite(split, per_kind=per_kind, seed=seed), lambda each: each[0]):
        pairs = [(data, label) for _, label, data in drawn]
        yield kind, [data for data, _ in pairs], [label for _, label in pairs]


def print_row(name: str, counts: list[int], n: int) -> None:
    """Print one row of Markdown."""
    shares = " | ".join(f"{100 * count / n:.1f} %" for count in counts)
    print(f"| {name} | {shares} | {n} |", flush=True)


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="a .tflite file")
    parser.add_argument("--per-kind", type=int, default=200, help="pictures of each kind")
    parser.add_argument("--seed", type=int, default=0, help="of the renderer")
    parser.add_argument("--sheet", type=Path, help="where to write a PNG of examples")
    return parser.parse_args()


def main() -> None:
    """Measure, and print a row of Markdown for each kind."""
    cv2.setNumThreads(1)
    given = parse()
    split = official_test_split(Path(os.environ["MNIST_FILES"]))
    model = LiteRtModel(given.model)
    totals, n = [0] * len(READERS), 0
    rows: list[Pixels] = []
    print(f"| kind | {' | '.join(READERS)} | n |\n|---|{'---|' * len(READERS)}---|")
    for kind, files, labels in by_kind(split, given.per_kind, given.seed):
        counts = measure(model, files, labels)
        print_row(kind, counts, len(files))
        totals, n = [total + count for total, count in zip(totals, counts, strict=True)], n + len(files)
        if given.sheet:
            rows.append(row_of(kind, files))
    print_row("**all**", totals, n)
    print(f"\n{dt.datetime.now(dt.UTC):%Y-%m-%d}, MNIST's official test split, seed {given.seed}.")
    if given.sheet:
        half = (len(rows) + 1) // 2
        sheet = np.hstack([np.vstack(rows[:half]), np.vstack(rows[half:])])
        given.sheet.write_bytes(cv2.imencode(given.sheet.suffix, sheet, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())


if __name__ == "__main__":
    main()
