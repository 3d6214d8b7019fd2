"""Digits saved as people save them: python -m tests.benchmarks.reading.saved PROJECT [--count N].

PROJECT is a folder in which `digits run` has promoted a model trained on the full MNIST. The digits are of its test
split, the ways those of learning/synthetic/ways.py, with another seed than calibrate's.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from inference.model.answer import answer_all
from inference.model.reader import Reader
from learning.synthetic.ways import WAYS, save
from schemas.artifacts.examples import Examples

SEED = 1


def main() -> None:
    """Print the table: of each way the shares read right, answered, and right of those answered."""
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("--count", type=int, default=200)
    arguments = parser.parse_args()
    reader = Reader(arguments.project / "artifacts/champion")
    test = Examples(arguments.project / "artifacts/latest/preprocess.examples").read("test")
    chosen = [i * len(test) // arguments.count for i in range(arguments.count)]
    print("| way | read right | right ones answered | answers right |\n|---|---|---|---|")
    for way in WAYS:
        answers = answer_all((save(test.images[i], way, SEED) for i in chosen), reader)
        pairs = list(zip(answers, (test.classes[test.labels[i]] for i in chosen), strict=True))
        right = [answer for answer, label in pairs if answer.guess == label]
        given = [answer.digit == label for answer, label in pairs if answer.digit is not None]
        answered = sum(answer.digit is not None for answer in right)
        shares = len(right) / len(pairs), answered / len(right), sum(given) / len(given)
        print(f"| {way.replace('_', ' ')} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |")
    print(f"\nn = {arguments.count} a way; {dt.datetime.now(dt.UTC).date()}")


if __name__ == "__main__":
    main()
