"""End the work on a request when its client leaves, so that it keeps no place in the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from inference.server.refusal import RefusalError

if TYPE_CHECKING:
    from starlette.types import Scope

__all__ = ["CALLS", "LEFT", "until_left"]

LEFT, CALLS = "digits.client_left", "calls"
"""An extension of the ASGI scope, and in it the set of functions that the connection calls when its client leaves."""


@contextmanager
def until_left(scope: Scope) -> Generator[None]:
    """Cancel what the current task awaits in the block when the client of its request leaves.

    A server without the extension LEFT tells nobody, and the block goes on.

    Raises:
        RefusalError: the client has left. The status 499, which is nginx's for it, stands in the log alone.
    """
    calls: set[Callable[[], object]] = scope.get("extensions", {}).get(LEFT, {}).get(CALLS, set())
    task, left = asyncio.current_task(), False

    def leave() -> None:
        nonlocal left
        if task and not left:
            left = True
            task.cancel()

    calls.add(leave)
    try:
        yield
    except asyncio.CancelledError:
        if not (task and left):
            raise
        task.uncancel()
        raise RefusalError(499, "the client has left") from None
    finally:
        calls.discard(leave)
