"""Threads that answer requests, several small ones in one batch of the network."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from inference.model.answer import Answer, answer_all, answer_images
from inference.server.answering.served import Followed, Served
from inference.server.refusal import RefusalError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.model.reader import Reader

__all__ = ["MOST_WAITING", "Answered", "Pool"]

MOST_WAITING = 256
"""Requests that may wait for a thread; a further one is refused with 503."""
BATCH = 64  # pictures of small requests that are read together
A = TypeVar("A")


@dataclass(frozen=True)
class Answered(Generic[A]):
    """The answers of one request, and the model that gave them."""

    answers: list[A]
    model: Served


@dataclass(eq=False)
class _Job:
    """A request: either pictures in MNIST's form, uint8 [n, 28, 28], or a function that answers with a reader."""

    work: NDArray[np.uint8] | Callable[[Reader], list[Any]]
    future: asyncio.Future[Answered[Any]] = field(repr=False)
    answered: Answered[Any] | Exception | None = None

    @property
    def room(self) -> int:
        """Number of pictures that may join it in a batch, less than 0 for none."""
        return -1 if callable(self.work) else BATCH - len(self.work)


class Pool:
    """Threads that answer requests; each has a reader of its own.

    Requests of arrays that wait at the same time are read in one batch. A picture file takes longer to normalise than
    to read, so each other request is a batch of its own.

    Args:
        model: the model to answer with; looked up for each batch.
        threads: how many.
        count: takes the answers of each request.
    """

    def __init__(self, model: Followed, threads: int, count: Callable[[Sequence[object]], None]) -> None:
        self._model, self._count = model, count
        self._waiting: deque[_Job] = deque()
        self._arrived = threading.Condition()
        self._open = True
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = [threading.Thread(target=self._work, args=(i,), daemon=True) for i in range(threads)]

    def start(self) -> None:
        """Start the threads; answers are delivered to the running event loop."""
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads after the batches that they have begun."""
        with self._arrived:
            self._open = False
            self._arrived.notify_all()
        for thread in self._threads:
            thread.join()

    @property
    def waiting(self) -> int:
        """Requests that wait for a thread."""
        return len(self._waiting)

    async def read_images(self, images: NDArray[np.uint8]) -> Answered[Answer]:
        """Answer for pictures in MNIST's form, uint8 [n, 28, 28]; raise RefusalError if too many requests wait."""
        return await self._submit(images)

    async def read_files(self, files: list[bytes]) -> Answered[Answer]:
        """Answer for picture files, as `answer_all` does; raise RefusalError if too many requests wait."""
        return await self.read(lambda reader: answer_all(files, reader))

    async def read(self, answer: Callable[[Reader], list[A]]) -> Answered[A]:
        """Call a function with a reader, in a thread; raise RefusalError if too many requests wait."""
        return await self._submit(answer)

    async def _submit(self, work: NDArray[np.uint8] | Callable[[Reader], list[Any]]) -> Answered[Any]:
        job = _Job(work, asyncio.get_running_loop().create_future())
        with self._arrived:
            if len(self._waiting) >= MOST_WAITING:
                raise RefusalError(
                    503,
                    "too many requests wait",
                    found=f"{len(self._waiting)}",
                    do="try again in a second",
                    headers={"Retry-After": "1"},
                )
            self._waiting.append(job)
            self._arrived.notify()
        try:
            return await job.future
        except asyncio.CancelledError:  # the client has left: its place is free
            with self._arrived, suppress(ValueError):  # a thread has taken it already
                self._waiting.remove(job)
            raise

    def _work(self, number: int) -> None:
        while jobs := self._next():
            model = self._model.current
            try:
                _answer(jobs, model, number)
            except Exception as error:  # noqa: BLE001  (the request fails with it, and the thread lives on)
                for job in jobs:
                    job.answered = error
            assert self._loop is not None  # noqa: S101  (set before the threads start)
            self._loop.call_soon_threadsafe(self._deliver, jobs)

    def _deliver(self, jobs: list[_Job]) -> None:
        for job in jobs:
            if job.future.done():  # the client has left
                continue
            if isinstance(job.answered, Exception):
                job.future.set_exception(job.answered)
            elif job.answered:
                job.future.set_result(job.answered)
        for job in jobs:  # after all have their answers, which an error here does not take away
            if isinstance(job.answered, Answered):
                self._count(job.answered.answers)

    def _next(self) -> list[_Job]:
        """Wait for a request and return it, with the small ones that wait behind it; none if the pool has stopped."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._waiting or not self._open)
            if not self._waiting:
                return []
            jobs = [self._waiting.popleft()]
            room = jobs[0].room
            while self._waiting and room >= 0 and self._waiting[0].room >= 0:
                room -= BATCH - self._waiting[0].room
                if room < 0:
                    break
                jobs.append(self._waiting.popleft())
            return jobs


def _answer(jobs: list[_Job], model: Served, number: int) -> None:
    import numpy as np

    reader = model.readers[number]
    images: list[NDArray[np.uint8]] = []
    for job in jobs:
        if callable(job.work):  # the only one
            job.answered = Answered(job.work(reader), model)
            return
        images.append(job.work)
    answers = answer_images(images[0] if len(images) == 1 else np.concatenate(images), reader)
    start = 0
    for job, own in zip(jobs, images, strict=True):
        job.answered = Answered(answers[start : start + len(own)], model)
        start += len(own)
