"""The ASGI application: routes, errors, and what runs beside the requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from inference.server.answering.pool import Pool
from inference.server.cloud.routes import Routes
from inference.server.guard.access import Access
from inference.server.guard.access_log import AccessLog, Exchange
from inference.server.guard.body import Bodies
from inference.server.guard.gate import Gate
from inference.server.interfaces.correct import Correct, Keeper
from inference.server.interfaces.health import Health
from inference.server.interfaces.open_inference import OpenInference
from inference.server.interfaces.predict import Predict
from inference.server.interfaces.tf_serving import TfServing
from inference.server.json_text import JsonResponse
from inference.server.metrics import Metrics
from inference.server.page.pages import Pages
from inference.server.refusal import RefusalError

if TYPE_CHECKING:
    from starlette.requests import Request

    from inference.server.answering.served import Followed

__all__ = ["make_application"]

LOOKS = 0.25  # seconds between looks at the champion link


def make_application(  # noqa: PLR0913, PLR0917  (the parts of a server)
    model: Followed,
    threads: int,
    access: Access,
    log: AccessLog,
    report: Callable[[], Callable[[], str] | None],
    keeper: Keeper,
    *,
    cloud: Routes,
) -> Gate:
    """Return the application.

    Args:
        model: the served model, with a reader for each thread.
        threads: that read pictures.
        access: who may send requests.
        log: takes each exchange.
        report: returns a function that renders the report of the served model's run; None if there is no such run.
        keeper: stores corrections.
        cloud: paths that a cloud calls; they come before ours.
    """
    metrics, bodies = Metrics(), Bodies()
    pool = Pool(model, threads, metrics.count_answers)
    metrics.watch(model, pool)
    pictures, rows, health = Predict(pool, bodies), TfServing(model, pool, bodies), Health(model)
    routes = [
        *cloud.of(live=health.healthz, rows=rows.predict, picture=pictures.respond),
        *pictures.routes(),
        *rows.routes(),
        *OpenInference(model, pool, bodies).routes(),
        *health.routes(),
        Route("/metrics", metrics.respond),
        *Correct(pool, bodies, keeper).routes(),
        *Pages(model, report, keeper.why_not).routes(),
    ]

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncGenerator[None]:
        pool.start()
        following = asyncio.create_task(_follow(model))
        yield
        following.cancel()
        pool.stop()

    handlers = {RefusalError: _refuse, HTTPException: _explain, Exception: _fail}
    application = Starlette(routes=routes, lifespan=running, exception_handlers=handlers)
    application.router.redirect_slashes = False

    def record(exchange: Exchange) -> None:
        metrics.count(exchange)
        log.add(exchange)

    return Gate(application, access, record)


async def _follow(model: Followed) -> None:
    """Look at the champion link again and again; load what it points to in a thread."""
    while True:
        await asyncio.sleep(LOOKS)
        if model.changed():
            await asyncio.to_thread(model.refresh)


async def _refuse(request: Request, error: Exception) -> JsonResponse:
    del request
    assert isinstance(error, RefusalError)  # noqa: S101  (starlette's type is any exception)
    return JsonResponse.refusing(error)


async def _explain(request: Request, error: Exception) -> JsonResponse:
    """Answer for a path that does not exist, or a method that it does not take."""
    assert isinstance(error, HTTPException)  # noqa: S101  (starlette's type is any exception)
    allowed = (error.headers or {}).get("Allow", "")
    return JsonResponse.refusing(
        RefusalError(
            error.status_code,
            f"{request.method} {request.scope['path'][:80]}: {error.detail.lower()}",
            expected=allowed or "a path that GET /openapi.json lists",
            headers=dict(error.headers or {}),
        )
    )


async def _fail(request: Request, error: Exception) -> JsonResponse:
    """Answer for an error of the server's own; uvicorn prints its traceback."""
    del request
    return JsonResponse.refusing(RefusalError(500, f"the server failed: {type(error).__name__}"))
