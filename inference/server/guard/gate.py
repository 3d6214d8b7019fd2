"""The ASGI wrapper around the application: checks each request, and records each response."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from inference.server.guard.access import Access
from inference.server.guard.access_log import Exchange
from inference.server.json_text import JsonResponse
from inference.server.refusal import RefusalError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MODEL", "Gate"]

MODEL = b"x-model-version"
"""Header of a response that names the model that answered."""
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


class Gate:
    """Checks who may send a request, adds headers to the response, and reports the exchange.

    Args:
        app: the application.
        access: the rules.
        record: takes each exchange.
    """

    def __init__(self, app: ASGIApp, access: Access, record: Callable[[Exchange], None]) -> None:
        self._app, self._access, self._record = app, access, record

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        seen = _Seen(receive, send)
        try:
            try:
                self._access.check(scope["method"], scope["path"], Headers(scope=scope))
            except RefusalError as error:
                await JsonResponse.refusing(error)(scope, seen.receive, seen.send)
            else:
                await self._app(scope, seen.receive, seen.send)
        finally:
            client = scope["client"][0] if scope.get("client") else ""
            seconds = time.perf_counter() - begun
            self._record(
                Exchange(
                    scope["method"], scope["path"], seen.status, seconds, seen.received, seen.sent, client, seen.model
                )
            )


class _Seen:
    """What passes of one exchange."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.status = self.received = self.sent = 0
        self.model = ""

    async def receive(self) -> Message:
        """Receive a message of the client and count its bytes."""
        message = await self._receive()
        self.received += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        """Send a message to the client, with our headers, and keep its status, model and size."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"]
            self.model = next((value.decode("latin-1") for name, value in headers if name == MODEL), "")
            message["headers"] = [*headers, *HEADERS]
        else:
            self.sent += len(message.get("body", b""))
        await self._send(message)
