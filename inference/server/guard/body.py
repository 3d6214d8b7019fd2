"""Receiving the body of a request, bounded."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request

from inference.server.guard.leaving import until_left
from inference.server.refusal import RefusalError

__all__ = ["MOST_HELD", "Bodies"]

MOST_HELD = 256 * 2**20
"""Bytes of all bodies that are received or answered at the same time; a further request is refused with 503."""
MIB = 2**20


class Bodies:
    """The bodies of all requests that are being received or answered."""

    def __init__(self, most_held: int = MOST_HELD) -> None:
        self.held = 0
        self._most_held = most_held

    @asynccontextmanager
    async def received(self, request: Request, most: int) -> AsyncGenerator[bytes]:
        """Receive the body of a request and count its bytes until the block ends, or the client leaves.

        Args:
            request: to receive from.
            most: bytes that its body may have.

        Raises:
            RefusalError: the body is larger (413), too many bytes are held already (503), or the client has left (499).
        """
        _check_announced(request, most)
        held = 0
        try:
            parts: list[bytes] = []
            async for part in request.stream():
                held += len(part)
                self.held += len(part)
                if held > most:
                    raise _too_large(f"more than {most} bytes", most)
                if self.held > self._most_held:
                    raise RefusalError(
                        503, "too many large requests", do="try again in a second", headers={"Retry-After": "1"}
                    )
                parts.append(part)
            with until_left(request.scope):
                yield parts[0] if len(parts) == 1 else b"".join(parts)
        except ClientDisconnect:
            raise RefusalError(400, "the request ended before its body did") from None
        finally:
            self.held -= held


def _check_announced(request: Request, most: int) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (len(announced) > 18 or int(announced) > most):  # noqa: PLR2004
        raise _too_large(f"{announced[:18]} bytes", most)


def _too_large(found: str, most: int) -> RefusalError:
    expected = f"at most {most // MIB} MiB"
    return RefusalError(413, "the body is too large", found=found, expected=expected, headers={"Connection": "close"})
