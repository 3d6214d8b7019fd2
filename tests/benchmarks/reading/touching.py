"""Fit the odds that split touching digits: MNIST_FILES=DIR python -m tests.benchmarks.reading.touching PROJECT.

It prints the constants of inference/numbers/touching.py, and what they make of the pairs and the digits of grids that
they are fitted on.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from inference.files.decode import decode
from inference.model.reader import Reader
from inference.model.threads import use_one_thread
from inference.numbers.cut_out import Shape, cut_out, draw_small, shapes_of
from inference.numbers.groups import find_groups
from inference.numbers.page_ink import find_page_ink, inked
from inference.numbers.steady import SteadyReader
from inference.numbers.touching import DOUBT, PAIR, UNCUT, WIDE, read_cuts
from learning.synthetic.drawn_pages import DrawnPage, draw_grid, draw_pair
from schemas.artifacts.examples import Split
from tests.benchmarks.reading.robustness import official_test_split

Field = NDArray[np.float32]


@dataclass(frozen=True)
class Sample:
    """A wide shape with little evidence for one digit: one digit or two.

    Attributes:
        two: whether it is two.
        whole: evidence for it as one digit over the least of an answer, and its width over its height.
        cuts: evidence, lead and smaller share of each cut that is read as the strongest is, [n, 3].
        right: whether both sides of each are read right, bool [n].
    """

    two: bool
    whole: tuple[float, float]
    cuts: NDArray[np.float64]
    right: NDArray[np.bool_]


def shapes_on(page: DrawnPage) -> tuple[Field, list[Shape]]:
    """Return the contrast of a page without a form, and its wide shapes."""
    ink = find_page_ink(decode(page.data).pixels)
    shapes = shapes_of(find_groups(inked(ink.relief, ink.strength, ink.noise)))
    return ink.relief, [each for each in shapes if each.box.width >= WIDE * each.box.height]


def sample_of(shape: Shape, relief: Field, text: str, reader: SteadyReader) -> Sample | None:
    """Measure a shape and its cuts; None if it is surely one digit."""
    found = reader.read(draw_small(cut_out(relief, shape))[None])
    evidence = float(found.evidence[0] / found.unit)
    if evidence >= DOUBT and not found.refused[0]:
        return None
    cuts = read_cuts(shape, relief, reader)
    strongest = max(cuts, key=lambda each: each.evidence, default=None)
    kept = [each for each in cuts if strongest and each.text == strongest.text]
    rows = [(each.evidence, each.lead, each.smaller) for each in kept]
    right = ["".join(reader.classes[i] for i in each.text) == text for each in kept]
    whole = evidence, shape.box.width / shape.box.height
    return Sample(len(text) > 1, whole, np.array(rows).reshape(-1, 3), np.array(right, np.bool_))


def samples(draw: Callable[[int], DrawnPage], count: int, reader: SteadyReader) -> Iterator[Sample]:
    """Measure the wide shapes of pages; a pair that is found as two shapes touches no more."""
    for i in range(count):
        page = draw(i)
        relief, shapes = shapes_on(page)
        two = len(page.lines) == 1
        for shape in shapes if not two or len(shapes) == 1 else ():
            sample = sample_of(shape, relief, page.lines[0] if two else "", reader)
            if sample:
                yield sample


def fit(pairs: list[Sample], ones: list[Sample]) -> None:
    """Fit both odds and print them."""
    cut = LogisticRegression(C=10, max_iter=9000)
    cut.fit(np.concatenate([each.cuts for each in pairs]), np.concatenate([each.right for each in pairs]))
    odds, best = list[float](), list[bool]()
    for each in [*pairs, *ones]:
        found = cut.decision_function(each.cuts) if len(each.cuts) else np.array([UNCUT])
        odds.append(max(float(found.max()), UNCUT))
        best.append(bool(len(each.cuts)) and bool(each.right[int(found.argmax())]))
    whole = np.array([(each.whole[0], z, each.whole[1]) for each, z in zip([*pairs, *ones], odds, strict=True)])
    pair = LogisticRegression(C=10, max_iter=9000).fit(whole, [each.two for each in [*pairs, *ones]])
    print(f"{len(pairs)} pairs, {len(ones)} broad digits")
    print("EVIDENCE, LEAD, SMALLER, -NONE", cut.coef_.round(2), np.round(cut.intercept_, 2))
    print("-ONE, TWO, BROAD, LONE", pair.coef_.round(2), np.round(pair.intercept_, 2))
    two = pair.decision_function(whole)
    for least in (2.0, 2.25, 2.5, 2.75, 3.0):
        made = [right for right, z, w in zip(best, odds, two[: len(pairs)], strict=False) if z >= least and w >= PAIR]
        print(f"SPLIT {least}: {sum(made) / len(pairs):.1%} right, {(len(made) - sum(made)) / len(pairs):.1%} wrong")
    for least in (-2.5, -2.0, -1.5, -1.0):
        missed, doubted = np.mean(two[: len(pairs)] < least), np.mean(two[len(pairs) :] >= least)
        print(f"DOUBTED {least}: {missed:.1%} of pairs taken for one digit, {doubted:.1%} of digits may be two")


def main() -> None:
    """Draw, measure and fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--pairs", type=int, default=600)
    parser.add_argument("--grids", type=int, default=30, help="pages of single digits")
    parser.add_argument("--seed", type=int, default=8201)
    given = parser.parse_args()
    use_one_thread()
    split: Split = official_test_split(Path(os.environ["MNIST_FILES"]))
    reader = SteadyReader(Reader((given.project / "artifacts/champion").resolve()))
    rng = [np.random.default_rng([given.seed, i]) for i in range(max(given.pairs, given.grids))]
    pairs = list(samples(lambda i: draw_pair(split, rng[i]), given.pairs, reader))
    ones = list(samples(lambda i: draw_grid(split, rng[i], ruled=False), given.grids, reader))
    fit(pairs, ones)


if __name__ == "__main__":
    main()
