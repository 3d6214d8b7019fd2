"""Cut a page into pictures of single digits, in folders named after their guesses, to correct and to train on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from inference.numbers.page_answer import PageAnswer
from schemas.manifest import drafted, make_folder

__all__ = ["CutOut", "write_digits"]


@dataclass
class CutOut:
    """What was done with the digits of pages.

    Attributes:
        written: names of the pictures written, by guess.
        unsure: number of those whose digit is unsure.
        kept: number of digits whose picture was there already, in whatever folder.
        without: number of digits without a guess, which are left out.
    """

    written: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    unsure: int = 0
    kept: int = 0
    without: int = 0

    @property
    def count(self) -> int:
        """Number of pictures written."""
        return sum(map(len, self.written.values()))


def write_digits(page: PageAnswer, name: str, folder: Path, done: CutOut) -> None:
    """Write each digit of a page to FOLDER/GUESS/NAME-LINE-POSITION.png, `-unsure` added where that is so.

    A picture that is in any subfolder already is left alone, so that corrections survive.

    Args:
        page: the answer for the page.
        name: of the page, for the names of the pictures.
        folder: where the folders of the guesses go; it is made.
        done: counts, updated.

    Raises:
        OSError: a picture cannot be written.
    """
    import cv2

    there = {path.name for path in folder.glob("*/*.png")}
    for number, line in enumerate(page.lines, 1):
        for position, placed in enumerate(line.digits, 1):
            if placed.answer is None or placed.picture is None:
                continue
            stem, guess = f"{name}-{number:02}-{position:02}", placed.answer.guess
            if guess is None:
                done.without += 1
            elif {f"{stem}.png", f"{stem}-unsure.png"} & there:
                done.kept += 1
            else:
                sure = placed.answer.digit is not None
                file = f"{stem}.png" if sure else f"{stem}-unsure.png"
                make_folder(folder / guess)
                with drafted(folder / guess / file) as draft:  # half a picture would be kept by the next call
                    draft.write_bytes(cv2.imencode(".png", placed.picture)[1].tobytes())
                done.written.setdefault(guess, []).append(file)
                done.unsure += not sure
