"""Whether the server lives, whether it answers, and what its interfaces are."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from inference.server.json_text import JsonResponse

if TYPE_CHECKING:
    from starlette.requests import Request

    from inference.server.answering.served import Followed

__all__ = ["Health"]


class Health:
    """Answers probes, and serves the OpenAPI document.

    Args:
        model: the served model; it is loaded before the server listens.
    """

    def __init__(self, model: Followed) -> None:
        self._model = model
        self._document = files("inference.server.interfaces").joinpath("openapi.json").read_bytes()

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/healthz", self.healthz), Route("/readyz", self.readyz), Route("/openapi.json", self.openapi)]

    async def healthz(self, request: Request) -> JsonResponse:
        """Say that the process lives."""
        del request
        return JsonResponse({"status": "ok"})

    async def readyz(self, request: Request) -> JsonResponse:
        """Say which model answers, and which one was refused after it."""
        del request
        refused = {"refused": self._model.refused} if self._model.refused else {}
        model = self._model.current
        warning = {"model_warning": model.standing} if model.standing else {}
        return JsonResponse({"status": "ready", "model": model.version} | warning | refused)

    async def openapi(self, request: Request) -> Response:
        """Return the OpenAPI document."""
        del request
        return Response(self._document, media_type="application/json")
