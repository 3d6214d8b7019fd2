"""Reading every digit of a picture, and the JSON of what was read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from inference.model.answer import Answer, answer
from inference.model.document import document

if TYPE_CHECKING:
    from inference.model.reader import Reader
    from inference.numbers.page_answer import PageAnswer
    from inference.server.answering.served import Served

__all__ = ["describe", "read_digit_or_page", "read_pages"]


def read_pages(files: list[bytes], reader: Reader) -> list[PageAnswer]:
    """Read every digit of each picture file; the pixels of whole pages are not kept."""
    from inference.numbers.read_page import read_page

    return [replace(read_page(file, reader), pixels=None) for file in files]


def read_digit_or_page(file: bytes, reader: Reader, *, trace: bool = False) -> Answer | PageAnswer:
    """Read a picture as one digit; or all its digits, if it has several and is not answered as one.

    Without a sign of several digits, those of the page count only if most of them are answered.

    Args:
        file: a picture file.
        reader: the model.
        trace: whether to keep the picture of each step to one digit.
    """
    single = answer(file, reader, trace=trace)
    if single.digit is not None or single.reading is None or not single.reading.inked:
        return single
    [page] = read_pages([file], reader)
    found = [each.answer for line in page.lines for each in line.digits if each.answer]
    mostly_answered = sum(each.digit is not None for each in found) > len(found) / 2
    return page if len(found) > 1 and (single.reading.digits > 1 or mostly_answered) else single


def describe(name: str, found: Answer | PageAnswer, model: Served) -> dict[str, Any]:
    """Return the JSON document of an answer, as `digits predict --json` prints it with or without `--all`.

    Args:
        name: of the picture, as the user named it.
        found: the answer for that picture.
        model: that answered.
    """
    if isinstance(found, Answer):
        return document(name, found, model.version, model.standing)
    warning = {"model_warning": model.standing} if model.standing else {}
    return {"path": name, **found.document(), "model": model.version, **warning}
