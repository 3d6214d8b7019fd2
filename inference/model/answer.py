"""The answer for a picture file: a digit, unsure or unreadable, with the reason."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from inference.files.header import MAX_BYTES
from inference.files.unreadable import UnreadableError
from inference.reading import Reading, read_picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.model.decision import Decisions

__all__ = [
    "CROSSED",
    "Answer",
    "PictureReader",
    "answer",
    "answer_all",
    "answer_images",
    "answer_readings",
    "load",
    "why_unsure",
]

BLURRED = "too blurred to tell"
CROSSED = "crossed out"
DIM = 0.3  # clearness below which the ink is noise; no digit has less: see inference/reading.py
LEFTOVER = 0.3  # size of what was left out over the digit's above which that may be the digit; the suite has less
HALF = 128  # of 255: ink in a picture in MNIST's form
GRAINY = 0.1  # standard deviation of the paper above which a picture is only noise; a grainy photo has 0.05


class PictureReader(Protocol):
    """A model that reads pictures: a bundle's Reader, or a model not yet exported."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class."""
        ...

    def read(self, images: NDArray[np.uint8]) -> Decisions:
        """Decide on pictures, uint8 [n, 28, 28]."""
        ...


@dataclass(frozen=True)
class Answer:
    """The answer for one picture file.

    Attributes:
        decision: `unsure` keeps the best guess; `unreadable` has none.
        reason: why it is unsure or unreadable, a few words; None if it is answered.
        guess: name of the likeliest class, answered or not; None without ink or without a picture.
        confidence: calibrated probability of that class, 0 to 1.
        runner_up: name of the second likeliest class.
        probabilities: of each class, by name, in the model's order.
        steps: how the picture was normalised, a few words each.
        reading: the normalised picture and its measurements; None if unreadable.
    """

    decision: Literal["answered", "unsure", "unreadable"]
    reason: str | None = None
    guess: str | None = None
    confidence: float | None = None
    runner_up: str | None = None
    probabilities: dict[str, float] = field(default_factory=dict[str, float])
    steps: tuple[str, ...] = ()
    reading: Reading | None = None

    @property
    def digit(self) -> str | None:
        """The answer: the guess if it is answered, else None."""
        return self.guess if self.decision == "answered" else None

    def __str__(self) -> str:
        """Return the decision and its reason: `unsure: blank page`."""
        return f"{self.decision}: {self.reason}" if self.reason else self.decision


def answer(source: Path | bytes, reader: PictureReader, *, trace: bool = False) -> Answer:
    """Answer for one picture, as `answer_all` does for many."""
    [only] = answer_all([source], reader, trace=trace)
    return only


def answer_all(sources: Iterable[Path | bytes], reader: PictureReader, *, trace: bool = False) -> list[Answer]:
    """Answer for many pictures, all in one batch of the network.

    Args:
        sources: picture files or their bytes; only one is held in memory at a time.
        reader: the model.
        trace: whether to keep the picture of each step.

    Returns:
        One answer for each source, in order, unreadable ones included.
    """
    seen = [_read(source, trace=trace) for source in sources]
    answers = iter(answer_readings([each for each in seen if isinstance(each, Reading)], reader))
    return [next(answers) if isinstance(each, Reading) else each for each in seen]


def answer_images(
    images: NDArray[np.uint8], reader: PictureReader, crossed: Sequence[float] | None = None
) -> list[Answer]:
    """Answer for pictures in MNIST's form as they are: without the front end.

    Args:
        images: uint8, shape [n, 28, 28]: light ink on 0.
        reader: the model.
        crossed: evidence that each needs because a line may cross it out: see `Reading.crossed`; None if none does.
    """
    import numpy as np

    inked = np.any(images, axis=(1, 2))
    shares = np.mean(images >= HALF, axis=(1, 2))
    needed = crossed or [0.0] * len(images)
    readings = [
        _native(image, inked=bool(inked[i]), share=float(shares[i]), crossed=needed[i])
        for i, image in enumerate(images)
    ]
    return _answer_all(readings, images, reader)


def _native(image: NDArray[np.uint8], *, inked: bool, share: float, crossed: float) -> Reading:
    height, width = image.shape
    return Reading(
        image,
        (),
        "array",
        width,
        height,
        contrast=1,
        noise=0,
        digits=int(inked),
        ink_share=share,
        clearness=1,
        softness=0,
        leftover=0,
        crossed=crossed,
        inked=inked,
    )


def _read(source: Path | bytes, *, trace: bool) -> Reading | Answer:
    try:
        return read_picture(load(source), trace=trace)
    except UnreadableError as error:
        return Answer("unreadable", error.reason)


def load(source: Path | bytes) -> bytes:
    """Return the bytes of a picture file.

    Raises:
        UnreadableError: it cannot be read or is too large.
    """
    data = source if isinstance(source, bytes) else _read_file(source)
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"more than {MAX_BYTES // 2**20} MiB")
    return data


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)  # one byte over the limit is enough to refuse a larger file
    except FileNotFoundError:
        raise UnreadableError("no such file") from None
    except IsADirectoryError:
        raise UnreadableError("is a folder: name its files") from None
    except OSError as error:
        raise UnreadableError((error.strerror or "input or output error").lower()) from error


def answer_readings(readings: list[Reading], reader: PictureReader) -> list[Answer]:
    """Answer for pictures that are normalised already, all in one batch of the network; one answer each, in order."""
    import numpy as np

    return _answer_all(readings, np.stack([reading.image for reading in readings]), reader) if readings else []


def _answer_all(readings: list[Reading], images: NDArray[np.uint8], reader: PictureReader) -> list[Answer]:
    decisions = reader.read(images)
    return [_answer(reading, decisions, i, reader.classes) for i, reading in enumerate(readings)]


def _answer(reading: Reading, decisions: Decisions, i: int, classes: tuple[str, ...]) -> Answer:
    doubt = decisions.unsure(i)
    doubt = BLURRED if doubt and reading.blurred else doubt
    reason = why_unsure(reading, decisions.units(i)) or doubt
    if reading.blank:
        return Answer("unsure", reason, steps=reading.steps, reading=reading)
    return Answer(
        "unsure" if reason else "answered",
        reason or None,
        guess=classes[int(decisions.read[i])],
        confidence=float(decisions.confidence[i]),
        runner_up=classes[int(decisions.runner_up[i])],
        probabilities=dict(zip(classes, decisions.probabilities[i].tolist(), strict=True)),
        steps=reading.steps,
        reading=reading,
    )


def why_unsure(reading: Reading, evidence: float = math.inf) -> str:
    """Return why a picture is unsure, whatever the network reads in it; '' if it is not.

    Args:
        reading: the normalised picture.
        evidence: of the network for what it reads, in units: see `Decisions.units`.
    """
    if reading.blank:
        found = BLURRED if reading.blurred else "no digit found" if reading.inked else "blank page"
        return "only noise" if reading.noise > GRAINY else found
    if reading.faint:
        return "too faint"
    if reading.clearness < DIM:
        return "no pen strokes"
    if reading.digits > 1:
        return f"{reading.digits} digits in one picture"
    if reading.crossed == math.inf or (reading.crossed and evidence <= reading.crossed):
        return CROSSED
    return "other marks beside the digit" if reading.leftover > LEFTOVER else ""
