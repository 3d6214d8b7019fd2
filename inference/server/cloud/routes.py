"""Paths that clouds call instead of ours: SageMaker's are fixed, Vertex AI names its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

Respond: TypeAlias = "Callable[[Request], Awaitable[Response]]"

__all__ = ["Routes"]

PING, INVOCATIONS = "/ping", "/invocations"


@dataclass(frozen=True)
class Routes:
    """The paths, beside SageMaker's `/ping` and `/invocations`.

    Attributes:
        health: Vertex AI's; '' for none.
        predict: Vertex AI's; '' for none.
    """

    health: str = ""
    predict: str = ""

    @property
    def probes(self) -> frozenset[str]:
        """Paths that ask whether the server lives; they need no token."""
        return frozenset(filter(None, (PING, self.health)))

    def of(self, *, live: Respond, rows: Respond, picture: Respond) -> list[Route]:
        """Return the routes.

        Args:
            live: answers a probe.
            rows: answers JSON of TensorFlow Serving's form, which is also Vertex AI's.
            picture: answers any other body, which is a picture file.
        """

        async def predict(request: Request) -> Response:
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            return await (rows if kind == "application/json" else picture)(request)

        predictions = filter(None, (INVOCATIONS, self.predict))
        return [
            *(Route(path, live) for path in sorted(self.probes)),
            *(Route(path, predict, methods=["POST"]) for path in predictions),
        ]
