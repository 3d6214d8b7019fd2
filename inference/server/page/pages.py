"""The pages for people, all from memory: the one to draw on, and those about the model."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from inference.server.json_text import JsonResponse
from inference.server.page.card import accuracy_of, render_card
from inference.server.refusal import RefusalError

if TYPE_CHECKING:
    from starlette.requests import Request

    from inference.server.answering.served import Followed

__all__ = ["OPEN_PATHS", "Pages"]

KINDS = {
    "index.html": "text/html",
    "style.css": "text/css",
    "page.mjs": "text/javascript",
    "show.mjs": "text/javascript",
    "correct.mjs": "text/javascript",
    "icon.svg": "image/svg+xml",
}
ONLY_OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ONLY_INLINE = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
OPEN_PATHS = frozenset(
    {"/", *(f"/{name}" for name in KINDS), "/healthz", "/readyz", "/v2/health/live", "/v2/health/ready"}
)
"""Paths that need no token: they tell nothing about the model or its pictures."""


class Pages:
    """The page to draw on, the model card and the report.

    Args:
        model: the served model.
        report: returns a function that renders the report of the served model's run; None if there is no such run.
        why_not_corrected: why this server stores no corrections; '' if it does.
    """

    def __init__(self, model: Followed, report: Callable[[], Callable[[], str] | None], why_not_corrected: str) -> None:
        self._model, self._report, self._why_not_corrected = model, report, why_not_corrected
        self._files = {name: files("inference.server.page").joinpath(name).read_bytes() for name in KINDS}

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/", self._file("index.html")),
            *(Route(f"/{name}", self._file(name)) for name in KINDS if name != "index.html"),
            Route("/model.json", self.describe),
            Route("/card", self.card),
            Route("/report", self.report),
        ]

    def _file(self, name: str) -> Callable[[Request], Response]:
        async def respond(request: Request) -> Response:
            del request
            return Response(self._files[name], headers=_headers(ONLY_OWN), media_type=KINDS[name])

        return respond  # pyright: ignore[reportReturnType]  (starlette takes both)

    async def describe(self, request: Request) -> JsonResponse:
        """Return what the page says about the model."""
        del request
        served = self._model.current
        return JsonResponse(
            {
                "version": served.version,
                "standing": served.standing,
                "classes": served.classes,
                "accuracy": accuracy_of(served.card),
                "report": self._report() is not None,
                "why_not_corrected": self._why_not_corrected,
            }
        )

    async def card(self, request: Request) -> Response:
        """Return the model card as a page."""
        del request
        served = self._model.current
        return HTMLResponse(render_card(served.card, served.version), headers=_headers(ONLY_OWN))

    def report(self, request: Request) -> Response:
        """Return the report of the served model's run; starlette runs this in a thread."""
        del request
        render = self._report()
        if render is None:
            raise RefusalError(404, "there is no report: this project has no run that made the served model")
        return HTMLResponse(render(), headers=_headers(ONLY_INLINE))


def _headers(policy: str) -> dict[str, str]:
    return {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
