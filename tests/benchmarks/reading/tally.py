"""Read kinds of pictures and print what is answered right, refused and answered wrong, a row a kind."""

from __future__ import annotations

import argparse
import datetime as dt
import os
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

__all__ = ["Kinds", "tally"]

Kinds = Mapping[str, "Callable[[NDArray[np.uint8], np.random.Generator], bytes]"]
"""Of each kind: makes a picture file of digits, uint8 [DIGITS, 28, 28], the one to be read first."""

DIGITS = 8

NO_DIGIT = "-"
"""Begins the name of a kind of which every answer is wrong: several digits, or none. A digit begins one of its own."""


def tally(kinds: Kinds, about: str | None) -> None:
    """Parse the command line, read *count* pictures of each kind and print the table."""
    arguments = _parse(about)
    use_one_thread()
    cv2.setNumThreads(1)
    test, reader = official_test_split(Path(os.environ["MNIST_FILES"])), Reader(arguments.bundle.resolve())
    print("| kind | answered right | refused, guess right | refused | answered wrong |\n|---|---|---|---|---|")
    for name, make in kinds.items():
        if arguments.only not in name:
            continue
        rng = np.random.default_rng([arguments.seed, *name.encode()])
        counts, reasons = Counter[str](), Counter[str]()
        chosen = np.flatnonzero(test.labels == int(name[0])) if name[0].isdigit() else np.arange(len(test))
        for i in rng.choice(chosen, arguments.count, replace=False):
            others = rng.integers(len(test), size=DIGITS - 1)
            data, label = make(test.images[[i, *others]], rng), str(test.labels[i])
            given = answer(data, reader)
            counts[_judge(given, None if name.startswith(NO_DIGIT) else label)] += 1
            reasons[given.reason or "answered"] += 1
            if arguments.keep and given.digit not in {None, label}:
                arguments.keep.mkdir(parents=True, exist_ok=True)
                (arguments.keep / f"{name.replace(' ', '_')}-{i}-{label}-as-{given.digit}").write_bytes(data)
        shares = " | ".join(
            f"{100 * counts[each] / arguments.count:.1f} %" for each in ("right", "near", "refused", "wrong")
        )
        print(f"| {name.removeprefix(NO_DIGIT)} | {shares} |", flush=True)
        if arguments.reasons:
            print("  ", reasons.most_common(6))
    print(f"\nn = {arguments.count} each, seed {arguments.seed}; {dt.datetime.now(dt.UTC).date()}")


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
    parser.add_argument("--keep", type=Path, help="a folder for the pictures that are answered wrong")
    return parser.parse_args()
