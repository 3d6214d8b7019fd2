"""How numbers, grids and touching pairs are read: MNIST_FILES=DIR python -m tests.benchmarks.reading.numbers PROJECT.

The digits are MNIST's test digits, redrawn by learning/synthetic/drawn_pages.py on photographed pages.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from inference.model.reader import Reader
from inference.model.threads import use_one_thread
from inference.numbers.page_answer import PageAnswer
from inference.numbers.read_page import read_page
from learning.synthetic.drawn_pages import DrawnPage, draw_alone, draw_grid, draw_number, draw_pair
from schemas.artifacts.examples import Split
from tests.benchmarks.reading.robustness import official_test_split

KINDS: dict[str, Callable[[Split, np.random.Generator], DrawnPage]] = {
    "the same digits, alone": draw_alone,
    "numbers": draw_number,
    "grids": partial(draw_grid, ruled=False),
    "ruled grids": partial(draw_grid, ruled=True),
    "ruled grids, half empty": partial(draw_grid, ruled=True, empty=0.5),
    "touching pairs": draw_pair,
    "a digit crossed out": partial(draw_number, crossed=True),
}
FLOORS = (0.5, 0.6, 0.7, 0.75, 0.8)
MEGAPIXELS = (3000, 4000)


def edits(one: str, other: str) -> int:
    """Return the least number of signs to insert, delete or replace (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, each in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (sign != each))
    return row[-1]


def read_pages(
    kind: str, split: Split, reader: Reader, count: int, seed: int
) -> Iterator[tuple[DrawnPage, PageAnswer]]:
    """Draw pages of a kind and read them."""
    for i in range(count):
        page = KINDS[kind](split, np.random.default_rng([seed, i]))
        yield page, read_page(page.data, reader)


def answered_digits(page: DrawnPage, answer: PageAnswer) -> tuple[int, int]:
    """Return how many digits are answered rightly and wrongly; what an alignment of the texts leaves over is wrong."""
    signs = [each for line in answer.lines for each in (None, *line.digits)][1:]
    truth, guess = "\n".join(page.lines), "".join("\n" if each is None else each.symbol for each in signs)
    blocks = SequenceMatcher(None, truth, guess, autojunk=False).get_matching_blocks()
    matched = {block.b + i for block in blocks for i in range(block.size)}
    right = Counter(i in matched for i, each in enumerate(signs) if each and each.answered)
    return right[True], right[False]


def floors_of(pages: list[tuple[DrawnPage, PageAnswer]]) -> Iterator[str]:
    """Yield rows of Markdown: digits answered rightly and wrongly and refused, if only the floor were another."""
    digits = [
        (placed.answer, placed.symbol == sign, placed.answered)
        for page, answer in pages
        if [*map(len, page.lines)] == [len(line.digits) for line in answer.lines]
        for truth, line in zip(page.lines, answer.lines, strict=True)
        for sign, placed in zip(truth, line.digits, strict=True)
        if placed.answer
    ]
    for floor in FLOORS:
        counts = Counter[str]()
        for found, right, answered in digits:
            may = answered or (found.reason or "").startswith("between")
            sure = may and (found.confidence or 0) >= floor
            counts[("right" if right else "wrong") if sure else "refused"] += 1
        yield f"| {floor:.0%} | {counts['right']} | {counts['wrong']} | {counts['refused']} |".replace("%", " %")


def crossed_of(pages: list[tuple[DrawnPage, PageAnswer]]) -> Counter[str]:
    """Count what became of the digits that are crossed out."""
    counts = Counter[str]()
    for page, answer in pages:
        if page.crossed is not None:
            whole = len(answer.lines) == 1 and len(answer.lines[0].digits) == len(page.lines[0])
            found = answer.lines[0].digits[page.crossed].answer if whole else None
            counts[(found.reason or "answered").split(" and ")[0].rstrip("0123456789 ") if found else "not alone"] += 1
    return counts


def row_of(name: str, pages: list[tuple[DrawnPage, PageAnswer]]) -> str:
    """Return a row of Markdown."""
    counts, digits, wrong, sure = Counter[str](), 0, 0, [0, 0]
    for page, answer in pages:
        guess, truth = "\n".join(line.guess for line in answer.lines), "\n".join(page.lines)
        right, answered = guess == truth, answer.decision == "answered"
        counts.update({"right": right, "answered right": right and answered, "answered wrong": answered and not right})
        digits += sum(map(len, page.lines))
        wrong += edits(truth, guess)
        sure = [one + other for one, other in zip(sure, answered_digits(page, answer), strict=True)]
    shares = [counts[each] / len(pages) for each in ("right", "answered right", "answered wrong")]
    every = (shares[0], 1 - wrong / digits, sure[0] / digits, sure[1] / digits, *shares[1:])
    cells = [f"{share:.1%}" for share in every]
    return f"| {name} | {' | '.join(cells)} | {len(pages)} |".replace("%", " %")


def causes_of(pages: list[tuple[DrawnPage, PageAnswer]]) -> Counter[str]:
    """Count the digits that are not answered rightly, by cause; lines with a digit too many or too few count once."""
    causes = Counter[str]()
    for page, answer in pages:
        whole = len(page.lines) == len(answer.lines)
        for truth, line in zip(page.lines, answer.lines, strict=False) if whole else ():
            if len(truth) != len(line.digits):
                causes["a line with a digit too many or too few"] += 1
                continue
            for sign, placed in zip(truth, line.digits, strict=True):
                right = placed.symbol == sign
                if not (placed.answered and right) and placed.answer:
                    reason = (placed.answer.reason or "answered").split(" and ")[0].rstrip("0123456789")
                    causes[f"{reason.strip()}, {'right' if right else 'misread'}"] += 1
        causes["a page with a line too many or too few"] += not whole
    return causes


def seconds_of_large_page(split: Split, reader: Reader) -> float:
    """Return the CPU-seconds that a page of 100 digits takes as a JPEG of 12 megapixels, the best of three."""
    page = draw_grid(split, np.random.default_rng(4), ruled=True)
    pixels = cv2.imdecode(np.frombuffer(page.data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    data = cv2.imencode(".jpg", cv2.resize(pixels, MEGAPIXELS[::-1], interpolation=cv2.INTER_CUBIC))[1].tobytes()
    taken: list[float] = []
    for _ in range(3):
        begun = time.process_time()
        read_page(data, reader)
        taken.append(time.process_time() - begun)
    return min(taken)


def main() -> None:
    """Print a table of all kinds and, for numbers, of each kind of paper."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--count", type=int, default=200, help="numbers and pairs; a tenth as many grids")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="only the kinds whose name has this")
    parser.add_argument("--causes", action="store_true", help="also print why digits are wrong or unsure")
    parser.add_argument("--floors", action="store_true", help="also print what other floors of confidence would change")
    given = parser.parse_args()
    use_one_thread()
    split = official_test_split(Path(os.environ["MNIST_FILES"]))
    reader = Reader((given.project / "artifacts/champion").resolve())
    columns = "wholly right | digits right | digits answered, right | wrong | pages answered, right | wrong | n"
    print(f"| pages | {columns} |\n|---{'|---' * (columns.count('|') + 1)}|")
    for kind in [each for each in KINDS if given.only in each]:
        count = max(given.count // 10, 1) if "grid" in kind else given.count
        pages = list(read_pages(kind, split, reader, count, given.seed))
        print(row_of(kind, pages), flush=True)
        if given.causes:
            print("  ", causes_of(pages).most_common(), flush=True)
            print("   crossed out:", crossed_of(pages).most_common(), flush=True)
        if given.floors:
            print(
                "| floor | digits answered, right | wrong | refused |\n|---|---|---|---|", *floors_of(pages), sep="\n"
            )
        for paper in sorted({page.kind for page, _ in pages}) if kind == "numbers" else ():
            print(row_of(f"numbers: {paper}", [each for each in pages if each[0].kind == paper]), flush=True)
    if not given.only:
        print(f"\nA page of 12 megapixels takes {seconds_of_large_page(split, reader):.2f} CPU-seconds.")
    print(f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, MNIST's official test split, seed {given.seed}.")


if __name__ == "__main__":
    main()
