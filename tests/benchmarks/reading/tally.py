"""Read kinds of pictures and print what is read right, answered, and answered rightly, a row a kind."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inference.model.answer import Answer, answer
from inference.model.reader import Reader
from inference.model.threads import use_one_thread
from tests.benchmarks.reading.robustness import official_test_split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from schemas.artifacts.examples import Split

__all__ = ["Kinds", "tally"]

Make = Callable[["NDArray[np.uint8]", np.random.Generator], bytes]
"""Makes a picture file of digits, uint8 [DIGITS, 28, 28], the one to be read first."""

Kinds = Mapping[str, Make]
"""Makes the pictures of each kind, by its name."""

DIGITS = 8

NO_DIGIT = "-"
"""Begins the name of a kind of which every answer is wrong: several digits, or none."""
ONE_DIGIT = re.compile(r"(\d), ")
"""Begins the name of a kind of one digit only: `7, barred`. `28x28` and `12 to 16 pixels` are of all digits."""

JUDGED = "right", "near", "refused", "wrong"
"""Answered right; not answered, with the right guess; not answered; answered wrong."""

ANSWERED, ANSWERS, READ = 0.97, 0.98, 0.97
"""The aims: least share answered, right of the answered, and read right."""


def tally(kinds: Kinds, about: str | None) -> None:
    """Parse the command line, read *count* pictures of each kind, and print the table and what is short of the aims."""
    arguments = _parse(about)
    use_one_thread()
    cv2.setNumThreads(1)
    test, reader = official_test_split(Path(os.environ["MNIST_FILES"])), Reader(arguments.bundle.resolve())
    print("| kind | read right | answered | right of answered | answered right | answered wrong |")
    print("|---|---|---|---|---|---|")
    short: list[str] = []
    for name, make in kinds.items():
        if arguments.only not in name:
            continue
        counts, reasons = _count(name, make, test, reader, arguments)
        shares = _shares(counts)
        print(f"| {name.removeprefix(NO_DIGIT)} | {' | '.join(f'{100 * each:.1f} %' for each in shares)} |", flush=True)
        if any(share < aim for share, aim in zip(shares, (READ, ANSWERED, ANSWERS), strict=False)):
            short.append(name)
        if arguments.reasons:
            print("  ", reasons.most_common(6))
    print(f"\nshort of the aims: {'; '.join(short) or 'none'}")
    print(f"n = {arguments.count} each, seed {arguments.seed}; {dt.datetime.now(dt.UTC).date()}")


def _count(
    name: str, make: Make, test: Split, reader: Reader, arguments: argparse.Namespace
) -> tuple[Counter[str], Counter[str]]:
    """Read pictures of a kind; return how many are judged each way, and the reasons."""
    rng = np.random.default_rng([arguments.seed, *name.encode()])
    counts, reasons = Counter[str](), Counter[str]()
    only = ONE_DIGIT.match(name)
    chosen = np.flatnonzero(test.labels == int(only[1])) if only else np.arange(len(test))
    for i in rng.choice(chosen, arguments.count, replace=False):
        others = rng.integers(len(test), size=DIGITS - 1)
        data, label = make(test.images[[i, *others]], rng), str(test.labels[i])
        given = answer(data, reader)
        judged = _judge(given, None if name.startswith(NO_DIGIT) else label)
        counts[judged] += 1
        reasons[given.reason or "answered"] += 1
        if arguments.keep and judged != "right":
            arguments.keep.mkdir(parents=True, exist_ok=True)
            (arguments.keep / f"{name.replace(' ', '_')}-{i}-{label}-{judged}-{given.guess}").write_bytes(data)
    return counts, reasons


def _shares(counts: Counter[str]) -> tuple[float, ...]:
    """Return the shares read right, answered, right of the answered, answered right, and answered wrong."""
    right, near, _, wrong = (counts[each] for each in JUDGED)
    n, answered = counts.total(), right + wrong
    return (right + near) / n, answered / n, right / max(answered, 1), right / n, wrong / n


def _judge(given: Answer, label: str | None) -> str:
    if given.digit is not None:
        return "right" if given.digit == label else "wrong"
    return "near" if given.guess == label and label is not None else "refused"


def _parse(about: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("bundle", type=Path, help="a folder: PROJECT/artifacts/champion or inference/starter")
    parser.add_argument("--count", type=int, default=200, help="pictures of each kind")
    parser.add_argument("--seed", type=int, default=0, help="of the digits and the drawing")
    parser.add_argument("--only", default="", help="only the kinds whose name has this")
    parser.add_argument("--reasons", action="store_true", help="also print the reasons of each kind")
    parser.add_argument("--keep", type=Path, help="a folder for the pictures that are not answered right")
    return parser.parse_args()
