"""The threads that answer requests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from inference.model.answer import Answer
from inference.server.answering.pool import MOST_WAITING, Answered, Pool
from inference.server.answering.served import Followed
from inference.server.refusal import RefusalError
from schemas.errors import InputError
from tests.inference.pictures import as_file, sample, seven
from tests.waiting import PATIENCE

THREADS = 2


@pytest.fixture(scope="module")
def model(bundle: Path) -> Followed:
    """Return the sealed bundle, loaded for two threads."""
    return Followed(bundle, THREADS, print)


def _none(answers: Sequence[object]) -> None:
    del answers


def test_each_request_gets_its_own_answers(model: Followed) -> None:
    """A hundred requests at once, arrays and files mixed, are answered in batches without being mixed up."""
    images = sample()[::50]

    async def ask() -> list[Answered[Answer]]:
        pool = Pool(model, THREADS, _none)
        pool.start()
        asked = [pool.read_images(images[i : i + 1 + i % 3]) for i in range(len(images) - 3)]
        found = await asyncio.gather(*asked, pool.read_files([as_file(seven(), "PNG")]))
        pool.stop()
        return found

    *rows, last = asyncio.run(ask())
    reader = model.current.readers[0]
    alone = [str(int(each)) for each in reader.read(images).read]
    assert [[each.guess for each in row.answers] for row in rows] == [
        alone[i : i + 1 + i % 3] for i in range(len(rows))
    ]
    assert last.answers[0].digit == "7"


def test_too_many_requests_are_refused(model: Followed) -> None:
    """Beyond the bound a request is refused at once, with the time after which to try again."""

    async def ask() -> RefusalError:
        pool = Pool(model, THREADS, _none)  # not started: nothing is taken from the queue
        tasks = [asyncio.create_task(pool.read_images(sample()[:1])) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(RefusalError) as caught:
            await pool.read_images(sample()[:1])
        for task in tasks:
            task.cancel()
        return caught.value

    refused = asyncio.run(ask())
    assert (refused.status, refused.headers) == (503, {"Retry-After": "1"})


def test_a_client_that_leaves_gives_its_place_up(model: Followed) -> None:
    """A cancelled request waits no longer, whatever waits before and behind it, and another takes its place."""

    async def ask() -> tuple[int, int]:
        pool = Pool(model, THREADS, _none)  # not started: nothing is taken from the queue
        tasks = [asyncio.create_task(pool.read_images(sample()[:2])) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        tasks[7].cancel()
        await asyncio.sleep(0)
        left = pool.waiting
        tasks.append(asyncio.create_task(pool.read_images(sample()[:2])))
        await asyncio.sleep(0)
        full = pool.waiting
        for task in tasks:
            task.cancel()
        return left, full

    assert asyncio.run(ask()) == (MOST_WAITING - 1, MOST_WAITING)


def test_an_error_in_counting_takes_no_answer_away(model: Followed) -> None:
    """Whoever counts the answers may fail: the requests of the batch are answered, and the error is reported."""

    def fail(answers: Sequence[object]) -> None:
        raise RuntimeError(f"{len(answers)} answers cannot be counted")

    async def ask() -> tuple[list[Answered[Answer]], list[str]]:
        reported: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: reported.append(str(context["exception"])))
        pool = Pool(model, 1, fail)
        asked = [asyncio.create_task(pool.read_images(sample()[:1])) for _ in range(3)]
        await asyncio.sleep(0)  # all wait, so that they are one batch
        pool.start()
        found = await asyncio.wait_for(asyncio.gather(*asked), PATIENCE)
        pool.stop()
        return found, reported

    found, reported = asyncio.run(ask())
    assert [each.answers[0].guess for each in found] == ["0", "0", "0"]
    assert reported == ["1 answers cannot be counted"]


def test_an_error_fails_its_request_alone(model: Followed) -> None:
    """Pictures that the model cannot take fail their own request; the thread answers the next one."""

    async def ask() -> Answered[Answer]:
        pool = Pool(model, 1, _none)
        pool.start()
        with pytest.raises(InputError, match="num_input_elements"):
            await pool.read_images(np.zeros((1, 5, 5), np.uint8))
        found = await pool.read_images(sample()[:1])
        pool.stop()
        return found

    assert asyncio.run(ask()).answers[0].guess == "0"


def test_a_blank_array_is_a_blank_page(model: Followed) -> None:
    """An array without ink is not answered."""

    async def ask() -> Answered[Answer]:
        pool = Pool(model, 1, _none)
        pool.start()
        found = await pool.read_images(np.zeros((1, 28, 28), np.uint8))
        pool.stop()
        return found

    [answer] = asyncio.run(ask()).answers
    assert (answer.decision, answer.reason, answer.guess) == ("unsure", "blank page", None)
