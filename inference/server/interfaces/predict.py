"""POST /predict: a picture file in, the JSON of `digits predict --json` out, with or without `--all`."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from inference.files.header import MAX_BYTES
from inference.model.answer import Answer, answer_all
from inference.server.answering.pages import describe, read_digit_or_page, read_pages
from inference.server.interfaces.upload import Upload, upload_of
from inference.server.json_text import JsonResponse
from inference.server.refusal import RefusalError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from starlette.requests import Request

    from inference.model.reader import Reader
    from inference.numbers.page_answer import PageAnswer, PlacedDigit
    from inference.server.answering.pool import Answered, Pool
    from inference.server.guard.body import Bodies

__all__ = ["Predict", "model_header", "unreadable"]

FORM = 4096  # bytes that a form may add to its file
LARGEST = 320  # pixels: longer side of a step's picture
READABLE = "PNG, JPEG, GIF, BMP, TIFF, WebP or PNM"
ALL = ("true", "false", "auto")
"""Values of `all`: every digit, one digit, or every digit of a picture that shows several."""


class Predict:
    """Answers for one picture, or with `all=true` for every digit in it.

    `?show=seen` adds the 28x28 that the model saw, `?show=steps` also each step to it.

    Args:
        pool: reads the picture.
        bodies: receives it.
    """

    def __init__(self, pool: Pool, bodies: Bodies) -> None:
        self._pool, self._bodies = pool, bodies

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/predict", self.respond, methods=["POST"])]

    async def respond(self, request: Request) -> JsonResponse:
        """Answer a request; an unreadable picture has status 422."""
        query = request.query_params
        async with self._bodies.received(request, MAX_BYTES + FORM) as body:
            upload = upload_of(body, request.headers.get("content-type", ""))
            answered = await self._pool.read(_way(upload, query.get("all"), trace=query.get("show") == "steps"))
        [answer] = answered.answers
        found = describe(upload.name, answer, answered.model)
        if query.get("show"):
            _add_drawings(found, answer)
        if answer.decision == "unreadable":
            found["error"] = unreadable(answer.reason).text
        return JsonResponse(found, 422 if answer.decision == "unreadable" else 200, model_header(answered))


def _way(upload: Upload, wanted: str | None, *, trace: bool) -> Callable[[Reader], list[Answer | PageAnswer]]:
    """Return the function that reads a picture as the query or the form wants it read."""
    wanted = wanted or upload.fields.get("all", "false")
    if wanted not in ALL:
        raise RefusalError(400, "all has another value", found=wanted[:80], expected=" or ".join(ALL))
    if wanted == "true":
        return lambda reader: [*read_pages([upload.picture], reader)]
    if wanted == "auto":
        return lambda reader: [read_digit_or_page(upload.picture, reader, trace=trace)]
    return lambda reader: [*answer_all([upload.picture], reader, trace=trace)]


def unreadable(reason: str | None) -> RefusalError:
    """Return the error for a picture that cannot be read."""
    return RefusalError(422, "the picture is unreadable", found=reason or "", expected=READABLE)


def model_header(answered: Answered[Any]) -> dict[str, str]:
    """Return the headers that name the model that answered, and say what there is to say about it."""
    warning = {"X-Model-Warning": answered.model.standing} if answered.model.standing else {}
    return {"X-Model-Version": answered.model.version} | warning


def _add_drawings(found: dict[str, Any], answer: Answer | PageAnswer) -> None:
    """Add the 28x28 of each digit and, if they were kept, the pictures of all steps, as data URLs of PNGs."""
    if isinstance(answer, Answer):
        found |= _seen(answer)
        return
    for line, described in zip(answer.lines, found["lines"], strict=True):
        for placed, digit in zip(line.digits, described["digits"], strict=True):
            digit.update(_seen_alone(placed))


def _seen(answer: Answer) -> dict[str, Any]:
    if answer.reading is None:
        return {}
    trace = [{"name": name, "picture": _data_url(picture)} for name, picture in answer.reading.trace]
    return {"seen": _data_url(answer.reading.image)} | ({"trace": trace} if trace else {})


def _seen_alone(placed: PlacedDigit) -> dict[str, Any]:
    """Return the drawings of one digit of a page: cut out of it, and as the model sees it."""
    if placed.answer is None or placed.answer.reading is None or placed.picture is None:
        return {}
    return {"cut_out": _data_url(placed.picture), "seen": _data_url(placed.answer.reading.image)}


def _data_url(picture: NDArray[np.uint8]) -> str:
    import cv2

    height, width = picture.shape[:2]
    scale = LARGEST / max(height, width)
    if scale < 1:
        size = max(round(width * scale), 1), max(round(height * scale), 1)
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype("uint8")
    return f"data:image/png;base64,{base64.b64encode(cv2.imencode('.png', picture)[1].tobytes()).decode()}"
