"""POST /corrections: a picture that was misread, with its right digit, to be stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.routing import Route

from inference.files.decode import decode
from inference.files.header import MAX_BYTES
from inference.files.unreadable import UnreadableError
from inference.model.answer import Answer, answer
from inference.model.document import PLACES
from inference.server.interfaces.predict import FORM, model_header, unreadable
from inference.server.interfaces.upload import upload_of
from inference.server.json_text import JsonResponse
from inference.server.refusal import RefusalError
from schemas.artifacts.corrections import Correction, Kept
from schemas.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from starlette.requests import Request

    from inference.model.reader import Reader
    from inference.server.answering.pool import Pool
    from inference.server.guard.body import Bodies

__all__ = ["Correct", "Keep", "Keeper"]

Keep = Callable[[Correction, bytes], Kept]
"""Stores a correction and its picture."""
MOST_PLACES = 4  # digits in the number of a line or position


@dataclass(frozen=True)
class Keeper:
    """Where corrections go, or why they are not stored.

    Attributes:
        keep: stores one; None if there is no place for them.
        open_to_others: whether anybody may send requests from another machine.
    """

    keep: Keep | None
    open_to_others: bool

    @property
    def why_not(self) -> str:
        """Why nothing is stored; '' if it is."""
        if self.keep is None:
            return "this server has no project to store them in"
        return "this server can be reached from other machines and asks for no token" if self.open_to_others else ""


@dataclass(frozen=True)
class _Misread:
    """A picture as it is stored, a PNG without metadata, and its answer."""

    picture: bytes
    answer: Answer


class Correct:
    """Stores the picture, the model's answer and the right digit.

    Args:
        pool: reads the picture.
        bodies: receives it.
        keeper: stores it.
    """

    def __init__(self, pool: Pool, bodies: Bodies, keeper: Keeper) -> None:
        self._pool, self._bodies, self._keeper = pool, bodies, keeper

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/corrections", self.respond, methods=["POST"])]

    async def respond(self, request: Request) -> JsonResponse:
        """Store a picture under `digit`; of a picture with several, the one at `line` and `position`."""
        keep = self._keeper.keep
        if keep is None or self._keeper.why_not:
            raise RefusalError(403, "corrections are not stored", found=self._keeper.why_not)
        async with self._bodies.received(request, MAX_BYTES + FORM) as body:
            upload = upload_of(body, request.headers.get("content-type", ""))
            given = upload.fields | dict(request.query_params)
            place = _place(given)
            answered = await self._pool.read(lambda reader: [_read(upload.picture, place, given.get("digit"), reader)])
        [misread] = answered.answers
        correction = _correction(misread, given["digit"], answered.model.version)
        try:
            kept = await asyncio.to_thread(keep, correction, misread.picture)
        except (InputError, OSError) as error:
            do = error.do if isinstance(error, InputError) else ""
            raise RefusalError(507, "the correction cannot be stored", found=_first_line(error), do=do) from error
        document = {"stored": kept.new, "version": kept.version, "count": kept.count, "digit": correction.digit}
        return JsonResponse(document, 201 if kept.new else 200, model_header(answered))


def _first_line(error: InputError | OSError) -> str:
    if isinstance(error, InputError):
        return f"{error.headline}: {error.found}"
    return error.strerror or str(error)


def _place(given: Mapping[str, str]) -> tuple[int, int] | None:
    """Return line and position of a digit, from 1; None if neither is given."""
    texts = [given.get(name, "") for name in ("line", "position")]
    if not any(texts):
        return None
    if not all(text.isascii() and text.isdigit() and len(text) <= MOST_PLACES for text in texts):
        raise RefusalError(
            400, "a digit has a line and a position", found=", ".join(texts)[:80], expected="numbers from 1"
        )
    return int(texts[0]), int(texts[1])


def _read(file: bytes, place: tuple[int, int] | None, digit: str | None, reader: Reader) -> _Misread:
    """Return the picture to store, and the answer for exactly that picture."""
    import cv2

    if digit not in reader.classes:
        found = "none" if digit is None else digit[:80]
        raise RefusalError(400, "there is no such digit", found=found, expected=", ".join(reader.classes))
    try:
        pixels = _cut(file, place, reader) if place else decode(file).pixels
    except UnreadableError as error:
        raise unreadable(error.reason) from None
    picture = cv2.imencode(".png", pixels)[1].tobytes()
    found = answer(picture, reader)
    if found.guess is None:
        raise RefusalError(422, "the picture shows no digit", found=found.reason or "", expected="a digit")
    return _Misread(picture, found)


def _cut(file: bytes, place: tuple[int, int], reader: Reader) -> NDArray[np.uint8]:
    """Return one digit of a page alone, dark on white."""
    from inference.numbers.read_page import read_page

    page = read_page(file, reader)
    if page.unreadable:
        raise UnreadableError(page.reason or "")
    line, position = place
    for number, each in enumerate(page.lines, 1):
        for at, placed in enumerate(each.digits, 1):
            if (number, at) == (line, position) and placed.picture is not None:
                return placed.picture
    found = " and ".join(f"{len(each.digits)} in line {number}" for number, each in enumerate(page.lines, 1))
    raise RefusalError(400, "the picture has no digit there", found=found or "no digit", expected="one of them")


def _correction(misread: _Misread, digit: str, model: str) -> Correction:
    found = misread.answer
    return Correction(
        picture=Correction.name_of(misread.picture),
        digit=digit,
        decision=found.decision,
        reason=found.reason,
        guess=found.guess,
        confidence=None if found.confidence is None else round(found.confidence, PLACES),
        model=model,
    )
