"""POST /predict: a picture file in, the JSON of `digits predict --json` out."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from inference.files.header import MAX_BYTES
from inference.model.document import document
from inference.server.interfaces.upload import picture_of
from inference.server.json_text import JsonResponse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from starlette.requests import Request

    from inference.model.answer import Answer
    from inference.server.answering.pool import Answered, Pool
    from inference.server.guard.body import Bodies

__all__ = ["Predict", "model_header"]

FORM = 4096  # bytes that a form may add to its file
LARGEST = 320  # pixels: longer side of a step's picture
READABLE = "PNG, JPEG, GIF, BMP, TIFF, WebP or PNM"


class Predict:
    """Answers for one picture; `?show=seen` adds the 28x28 that the model saw, `?show=steps` each step to it.

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
        shown = request.query_params.get("show", "")
        async with self._bodies.received(request, MAX_BYTES + FORM) as body:
            name, picture = picture_of(body, request.headers.get("content-type", ""))
            answered = await self._pool.read_files([picture], trace=shown == "steps")
        [answer] = answered.answers
        found = document(name, answer, answered.model.version, answered.model.standing)
        if shown:
            found |= _drawings(answer)
        unreadable = answer.decision == "unreadable"
        if unreadable:
            found["error"] = f"the picture is unreadable; found: {answer.reason}; expected: {READABLE}"
        return JsonResponse(found, 422 if unreadable else 200, model_header(answered))


def model_header(answered: Answered) -> dict[str, str]:
    """Return the headers that name the model that answered, and say what there is to say about it."""
    warning = {"X-Model-Warning": answered.model.standing} if answered.model.standing else {}
    return {"X-Model-Version": answered.model.version} | warning


def _drawings(answer: Answer) -> dict[str, Any]:
    """Return the 28x28 and, if they were kept, the pictures of all steps, as data URLs of PNGs."""
    if answer.reading is None:
        return {}
    trace = [{"name": name, "picture": _data_url(picture)} for name, picture in answer.reading.trace]
    return {"seen": _data_url(answer.reading.image)} | ({"trace": trace} if trace else {})


def _data_url(picture: NDArray[np.uint8]) -> str:
    import cv2

    height, width = picture.shape[:2]
    scale = LARGEST / max(height, width)
    if scale < 1:
        size = max(round(width * scale), 1), max(round(height * scale), 1)
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype("uint8")
    return f"data:image/png;base64,{base64.b64encode(cv2.imencode('.png', picture)[1].tobytes()).decode()}"
