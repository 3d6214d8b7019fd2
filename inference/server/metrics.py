"""Figures for Prometheus: GET /metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics import Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import CollectorRegistry
from starlette.responses import Response

from inference.model.answer import Answer
from inference.numbers.page_answer import PageAnswer

if TYPE_CHECKING:
    from starlette.requests import Request

    from inference.server.answering.pool import Pool
    from inference.server.answering.served import Followed
    from inference.server.guard.access_log import Exchange

__all__ = ["Metrics"]

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
API = {"predict", "corrections", "v1", "v2", "ping", "invocations", "metrics", "healthz", "readyz", "openapi.json"}
FIRST = frozenset(API | {"card", "report", "model.json"})


class Metrics:
    """Counts requests, answers and what waits; every label has few values, whatever clients send."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = self._made(Counter, "requests", "Requests", "interface", "status")
        self._seconds = Histogram(
            "digits_request_seconds",
            "From the headers of a request to the end of its response",
            ["interface"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._pictures = self._made(Counter, "pictures", "Pictures, by decision", "decision")
        self._digits = self._made(Counter, "answers", "Answered digits", "digit")

    def _made(self, kind: type[Counter], name: str, text: str, *labels: str) -> Counter:
        return kind(f"digits_{name}", text, labels, registry=self.registry)

    def watch(self, model: Followed, pool: Pool) -> None:
        """Show the served model, and the requests that wait."""
        waiting = Gauge("digits_waiting", "Requests that wait for a thread", registry=self.registry)
        waiting.set_function(lambda: pool.waiting)
        expected = Gauge(
            "digits_unsure_expected_ratio",
            "Share of pictures like the training data that calibrate means to refuse; far more is drift",
            registry=self.registry,
        )
        expected.set_function(lambda: model.current.bundle.calibration.refused)
        self._model = Gauge("digits_model", "1 for the served version", ["version"], registry=self.registry)
        self._refused = Gauge("digits_model_refused", "1 if the champion could not be loaded", registry=self.registry)
        self._refused.set_function(lambda: bool(model.refused))
        self._followed = model

    def count_answers(self, answers: Sequence[object]) -> None:
        """Count the answers of one request; of a page, each digit. A picture to be corrected was counted before."""
        for answer in answers:
            if not isinstance(answer, Answer | PageAnswer):
                continue
            self._pictures.labels(answer.decision).inc()
            for digit in _digits_of(answer):
                self._digits.labels(digit).inc()

    def count(self, exchange: Exchange) -> None:
        """Count a request."""
        first = exchange.path[1:].partition("/")[0]
        interface = first if first in FIRST else "page" if exchange.status < 400 else "none"  # noqa: PLR2004
        self._requests.labels(interface, str(exchange.status)).inc()
        self._seconds.labels(interface).observe(exchange.seconds)

    async def respond(self, request: Request) -> Response:
        """Return all figures as Prometheus reads them."""
        del request
        self._model.clear()
        self._model.labels(self._followed.current.version).set(1)
        return Response(generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _digits_of(answer: Answer | PageAnswer) -> list[str]:
    """Return the answered digits of a picture."""
    if isinstance(answer, Answer):
        return [] if answer.digit is None else [answer.digit]
    found = [each.answer for line in answer.lines for each in line.digits]
    return [each.digit for each in found if each and each.digit is not None]
