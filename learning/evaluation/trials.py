"""Measure a model on rendered photos, scans and drawings of digits, and on pictures that are not digits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from inference.model.answer import Answer, PictureReader, answer_all
from learning.synthetic import not_digits
from learning.synthetic.robustness import KINDS, robustness_suite
from schemas.artifacts.evaluation import Tried
from schemas.progress import report_part

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from inference.model.decision import Decisions
    from schemas.artifacts.calibration import Calibration
    from schemas.artifacts.examples import Split

__all__ = ["NOT_DIGITS", "STRANGERS", "ModelReader", "measure_refusals", "measure_robustness", "measure_strangers"]

Picture = TypeVar("Picture")

BATCH = 50
NOT_DIGITS: dict[str, Callable[[Split, int, int], Iterator[bytes]]] = {
    "blank_pages": lambda _, count, seed: not_digits.blank_pages(count, seed),
    "noise": lambda _, count, seed: not_digits.noise(count, seed),
    "letters": lambda _, count, seed: not_digits.letters(count, seed),
    "scribbles": lambda _, count, seed: not_digits.scribbles(count, seed),
    "two_digits": not_digits.two_digits,
}
"""Generators of the kinds of picture that are not digits; two_digits takes its digits from the split."""

# A share of 500 pictures has a standard error of at most 2.2 points.
STRANGERS, MOST_STRANGERS = "strangers", 500


class ModelReader:
    """Read pictures with a model and its calibration, exactly as their bundle will.

    Args:
        network: the model.
        calibration: the calibration of this model.
        classes: the name of each logit.
    """

    def __init__(self, network: keras.Model, calibration: Calibration, classes: tuple[str, ...]) -> None:
        self.classes = classes
        self._network, self.record = network, calibration.record

    def read(self, images: NDArray[np.uint8]) -> Decisions:
        """Decide on pictures, uint8 [n, 28, 28]."""
        from inference.model.decision import decide
        from learning.logits import infer

        return decide(infer(self._network, images), self.classes, self.record)


def measure_robustness(split: Split, reader: PictureReader, *, per_kind: int, seed: int) -> dict[str, Tried]:
    """Count, for each robustness kind, the pictures whose digit is read right, sure or unsure.

    Args:
        split: the digits to render, at least one.
        reader: the model.
        per_kind: pictures of each kind.
        seed: of the renderer.
    """
    right: dict[str, list[bool]] = {}
    pictures = _ahead(robustness_suite(split, per_kind=per_kind, seed=seed))
    pictures = _counted(pictures, "robustness pictures", min(per_kind, len(split)) * len(KINDS))
    while some := list(islice(pictures, BATCH)):
        answers = answer_all((data for _, _, data in some), reader)
        for (kind, label, _), answer in zip(some, answers, strict=True):
            right.setdefault(kind, []).append(answer.guess == split.classes[label])
    return {kind: Tried(right=sum(each), count=len(each)) for kind, each in right.items()}


def measure_refusals(split: Split, reader: PictureReader, *, count: int, seed: int) -> dict[str, Tried]:
    """Count, for each kind of picture that is not a digit, the pictures that are not answered with one.

    Letters are not tried if a class is a letter.

    Args:
        split: the digits for the pictures of two digits, at least one.
        reader: the model.
        count: pictures of each kind.
        seed: of the renderer.
    """
    found: dict[str, Tried] = {}
    has_letters = any(len(each) == 1 and each.isalpha() for each in split.classes)
    kinds = {name: make for name, make in NOT_DIGITS.items() if name != "letters" or not has_letters}
    for name, make in kinds.items():
        pictures = _counted(
            _ahead(make(split, count, seed)),
            "pictures that are not digits",
            count * len(kinds),
            count * len(found),
        )
        found[name] = _count_refused(answer_all(pictures, reader))
    return found


def measure_strangers(split: Split, reader: PictureReader) -> Tried:
    """Count the out-of-distribution pictures that are not answered with a digit.

    The first 500 pictures are read, as PNG files, through the whole front end.
    """
    from learning.synthetic.encoding import encode_png

    images = split.images[:MOST_STRANGERS]
    pictures = _counted(map(encode_png, images), "strangers", len(images))
    answers: list[Answer] = []
    while some := list(islice(pictures, BATCH)):
        answers += answer_all(some, reader)
    return _count_refused(answers)


def _counted(pictures: Iterable[Picture], part: str, total: int, before: int = 0) -> Iterator[Picture]:
    """Yield pictures, and report how many of *total* are done, with those *before*."""
    for done, picture in enumerate(pictures, before):
        report_part(part, done, total)
        yield picture


def _ahead(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """Yield pictures that a thread renders ahead: numpy and OpenCV let this thread read pictures meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        rendered = deque(pool.submit(next, pictures, None) for _ in range(BATCH))
        while (picture := rendered.popleft().result()) is not None:
            rendered.append(pool.submit(next, pictures, None))
            yield picture


def _count_refused(answers: list[Answer]) -> Tried:
    return Tried(right=sum(answer.decision != "answered" for answer in answers), count=len(answers))
