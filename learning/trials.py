"""A model tried on what people photograph, and on what is no digit at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from inference.answer import Answer, Reads, answer_all

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from inference.decision import Decisions
    from schemas.calibration import Calibration
    from schemas.examples import Split

__all__ = ["ModelReader", "measure_refusals", "measure_robustness"]

BATCH = 50


@dataclass(frozen=True)
class ModelReader:
    """Reads pictures with a model and its calibration, as a bundle made of them will.

    Attributes:
        network: the model.
        calibration: of this model.
        classes: the name of each logit.
    """

    network: keras.Model
    calibration: Calibration
    classes: tuple[str, ...]

    def read(self, images: NDArray[np.uint8]) -> Decisions:
        """Decide on pictures, uint8 [n, 28, 28]."""
        from inference.decision import decide
        from learning.features import infer

        answers = infer(self.network, images)
        record, reference = self.calibration.record, self.calibration.reference
        return decide(images, answers["logits"], answers["features"], self.classes, record, reference)


def measure_robustness(split: Split, reader: Reads, *, per_kind: int, seed: int) -> dict[str, float]:
    """Give for each kind of picture people take the share whose digit is read right, sure or not.

    Args:
        split: whose pictures are drawn on paper and photographed; at least one.
        reader: the model.
        per_kind: pictures of each kind.
        seed: of the drawing.
    """
    from learning.robustness import robustness_suite

    right: dict[str, list[bool]] = {}
    pictures = robustness_suite(split, per_kind=per_kind, seed=seed)
    while some := list(islice(pictures, BATCH)):
        answers = answer_all((data for _, _, data in some), reader)
        for (kind, label, _), answer in zip(some, answers, strict=True):
            right.setdefault(kind, []).append(answer.digit == split.classes[label])
    return {kind: sum(each) / len(each) for kind, each in right.items()}


def measure_refusals(split: Split, reader: Reads, *, count: int, seed: int) -> dict[str, float]:
    """Give for each kind of picture that is no digit the share that is not answered with one."""
    from learning import refusals

    makers: dict[str, Callable[[], Iterator[bytes]]] = {
        "blank pages": lambda: refusals.blank_pages(count, seed),
        "noise": lambda: refusals.noise(count, seed),
        "letters": lambda: refusals.letters(count, seed),
        "scribbles": lambda: refusals.scribbles(count, seed),
        "two digits": lambda: refusals.two_digits(split, count, seed),
    }
    return {name: _share_refused(answer_all(make(), reader)) for name, make in makers.items()}


def _share_refused(answers: Iterable[Answer]) -> float:
    decisions = [answer.decision for answer in answers]
    return 1 - decisions.count("digit") / len(decisions)
