"""The answer for a page: every digit with its place, and the number that each line spells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from inference.model.answer import Answer
from inference.model.document import PLACES
from inference.numbers.boxes import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["EMPTY", "Line", "PageAnswer", "PlacedDigit"]

EMPTY = "_"  # a box of a form without a digit
UNKNOWN = "?"  # something that has no guess


@dataclass(frozen=True)
class PlacedDigit:
    """A digit on a page, or an empty box.

    Attributes:
        box: around its ink, or the empty box, in pixels of the upright picture.
        answer: the answer for it alone; None for an empty box.
        picture: the digit alone, dark on white, uint8 [h, w]; None for an empty box.
    """

    box: Box
    answer: Answer | None = None
    picture: NDArray[np.uint8] | None = None

    @property
    def answered(self) -> bool:
        """Whether it is a digit that is answered."""
        return self.answer is not None and self.answer.digit is not None

    @property
    def symbol(self) -> str:
        """The digit, its guess if it is unsure, `?` without either, `_` for an empty box."""
        return (self.answer.guess or UNKNOWN) if self.answer else EMPTY


@dataclass(frozen=True)
class Line:
    """The digits and empty boxes of one line, from left to right."""

    digits: tuple[PlacedDigit, ...]

    @property
    def unsure(self) -> list[PlacedDigit]:
        """The digits that are not answered."""
        return [each for each in self.digits if each.answer and each.answer.digit is None]

    @property
    def guess(self) -> str:
        """What the line spells with the guesses of unsure digits: `2024`, or `53__7____` with empty boxes."""
        return "".join(each.symbol for each in self.digits)

    @property
    def number(self) -> str | None:
        """What the line spells; None if a digit is unsure."""
        return None if self.unsure else self.guess

    @property
    def reason(self) -> str | None:
        """Why the first unsure digit is unsure; None if all are answered."""
        return next((each.answer.reason for each in self.unsure if each.answer), None)


@dataclass(frozen=True)
class PageAnswer:
    """The answer for a page.

    Attributes:
        lines: from top to bottom; none if no digit was found.
        reason: why no digit was found, or why the file is unreadable; None if there are lines.
        unreadable: whether the file could not be read.
        width: pixels, as stored in the file; None if unreadable.
        height: pixels, as stored in the file.
        format: of the file: `PNG`, `JPEG` and so on.
        pixels: the upright picture, uint8 [h, w] or [h, w, 3], perhaps reduced; None if unreadable.
        scale: size of *pixels* over that of the picture.
    """

    lines: tuple[Line, ...]
    reason: str | None = None
    unreadable: bool = False
    width: int | None = None
    height: int | None = None
    format: str | None = None
    pixels: NDArray[np.uint8] | None = None
    scale: float = 1.0

    @property
    def decision(self) -> Literal["answered", "unsure", "unreadable"]:
        """`answered` if every digit is."""
        if self.unreadable:
            return "unreadable"
        return "answered" if self.lines and not any(line.unsure for line in self.lines) else "unsure"

    def document(self) -> dict[str, Any]:
        """Return the answer as JSON has it: decision, reason and lines, each with its number and its digits."""
        lines = [_line(number, line) for number, line in enumerate(self.lines, 1)]
        reason = self.reason or next((line.reason for line in self.lines if line.reason), None)
        return {"decision": self.decision, "reason": reason, "lines": lines}


def _line(number: int, line: Line) -> dict[str, Any]:
    return {
        "line": number,
        "decision": "unsure" if line.unsure else "answered",
        "reason": line.reason,
        "number": line.number,
        "guess": line.guess,
        "digits": [_digit(position, each) for position, each in enumerate(line.digits, 1)],
    }


def _digit(position: int, placed: PlacedDigit) -> dict[str, Any]:
    found = placed.answer
    return {
        "position": position,
        "box": placed.box._asdict(),
        "decision": found.decision if found else "empty",
        "reason": found.reason if found else None,
        "digit": found.digit if found else None,
        "guess": found.guess if found else None,
        "confidence": None if found is None or found.confidence is None else round(found.confidence, PLACES),
        "runner_up": found.runner_up if found else None,
    }
