"""A server under attack, measured; as a program, the slow clients: python -m tests.benchmarks.serving.attacks PORT.

The slow clients are a process of their own, so that they do not slow down the client whose times count.
"""

from __future__ import annotations

import asyncio
import random
import resource
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

from schemas.manifest import replace_link
from tests.benchmarks.serving.load import Load, Sent, memory, send
from tests.hostile import Hostile, mutated, originals
from tests.project import HOUSE, Project

__all__ = ["Outcome", "drip", "flood", "fuzz", "promote"]

SECONDS = 8.0
SLOW = 1000
PAUSE = 2.0  # seconds between two bytes of a slow client
FUZZED = 100_000
HEADS = 20  # one in so many is mutated in its head as well
FUZZERS = 32
IDLE = 1.0  # seconds that such a client waits before it says that no more comes: its head may announce more
HANG = 60.0  # seconds after that without an answer
WARM = 10_000
MANY = 100_000
PROMOTIONS = 100


@dataclass(frozen=True)
class Outcome:
    """A row of the table.

    Attributes:
        attack: what was done.
        before: p99 of others without it, in milliseconds; None if it has none.
        during: with it.
        found: what came of it.
        count: how many requests, or connections.
    """

    attack: str
    before: float | None
    during: float | None
    found: str
    count: int

    def __str__(self) -> str:
        """Return the row."""
        times = ["-" if each is None else f"{each:.1f}" for each in (self.before, self.during)]
        return f"| {self.attack} | {' | '.join(times)} | {self.found} | {self.count:,} |"


def drip(port: int, load: Load) -> Outcome:
    """Let slow clients send their headers and bodies byte by byte, while others ask as before."""
    before = asyncio.run(send(port, load, seconds=SECONDS))
    command = [sys.executable, "-m", "tests.benchmarks.serving.attacks", str(port)]
    with subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE) as slow:
        assert slow.stdout
        slow.stdout.readline()
        during = asyncio.run(send(port, load, seconds=SECONDS))
        slow.terminate()
    found = f"others: {_failures(before, during)}"
    return Outcome(
        f"{SLOW:,} clients send a byte every {PAUSE:g} s", before.quantile(0.99), during.quantile(0.99), found, SLOW
    )


def promote(port: int, load: Load, project: Project) -> Outcome:
    """Change the champion again and again, while others ask as before."""
    first = (project.artifacts / "champion").readlink()
    second = first.with_name("v0002-00000000")
    shutil.copytree(project.artifacts / first, project.artifacts / second)
    before = asyncio.run(send(port, load, seconds=SECONDS))
    during = asyncio.run(_promoted(port, load, project, (str(second), str(first))))
    found = f"{_failures(before, during)}; {len(during.models)} versions answered"
    return Outcome(
        f"{PROMOTIONS} promotions", before.quantile(0.99), during.quantile(0.99), found, during.statuses.total()
    )


async def _promoted(port: int, load: Load, project: Project, versions: tuple[str, str]) -> Sent:
    async def move() -> None:
        for i in range(PROMOTIONS):
            # In a thread: it waits for the disk, and the clients of this loop would wait with it.
            await asyncio.to_thread(replace_link, project.artifacts / "champion", versions[i % 2])
            await asyncio.sleep(0.3)  # the server looks four times a second

    sending = asyncio.create_task(send(port, load, seconds=PROMOTIONS * 0.3))
    await move()
    return await sending


def _failures(*several: Sent) -> str:
    failed = sum(each.failed for each in several)
    return f"{failed} failed requests" if failed else "no failed request"


def flood(port: int, pid: int, load: Load) -> Outcome:
    """Send many requests and look whether the memory grows."""
    asyncio.run(send(port, load, count=WARM))
    begin = memory(pid)
    sent = asyncio.run(send(port, load, count=MANY))
    found = f"{_failures(sent)}; memory {begin:.0f} MB before, {memory(pid):.0f} MB after"
    return Outcome("requests in a row, without a pause", None, sent.quantile(0.99), found, sent.statuses.total())


def fuzz(port: int, pid: int) -> Outcome:
    """Send mutated requests and count the statuses."""
    begin = memory(pid)
    statuses = asyncio.run(_fuzzed(port))
    kinds = Counter[str]()
    for status, times in statuses.items():
        kinds[f"{status // 100}xx" if status > 0 else "closed" if status == 0 else "without an answer"] += times
    listed = ", ".join(f"{kinds[kind]:,} {kind}" for kind in sorted(kinds))
    meant = statuses[503]
    unmeant = sum(times for status, times in statuses.items() if status >= 500) - meant
    found = f"{listed}; {unmeant} of 5xx but 503; memory {begin:.0f} MB before, {memory(pid):.0f} MB after"
    return Outcome("fuzzed requests", None, None, found, statuses.total())


async def _fuzzed(port: int) -> Counter[int]:
    statuses = Counter[int]()
    seeds = originals()

    async def client(number: int) -> None:
        rng = random.Random(number)  # noqa: S311  (a repeatable stream, no secret)
        for _ in range(FUZZED // FUZZERS):
            seed = rng.choice(seeds)
            whole = rng.randrange(HEADS) > 0
            body = Hostile(seed.path, mutated(rng, seed.body), seed.headers)
            request = body.as_bytes() if whole else mutated(rng, seed.as_bytes())
            statuses[await _status(port, request, None if whole else IDLE)] += 1

    await asyncio.gather(*(client(number) for number in range(FUZZERS)))
    return statuses


async def _status(port: int, request: bytes, patience: float | None) -> int:
    """Send a request on a connection of its own; return its status, 0 if the server only closes, -1 if it hangs.

    Args:
        port: of the server.
        request: to send.
        patience: seconds after which the client says that no more comes; None if the request is whole.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        answer = asyncio.ensure_future(reader.read(65_536))
        if patience and not (await asyncio.wait([answer], timeout=patience))[0]:
            writer.write_eof()
        head = await asyncio.wait_for(answer, HANG)
        return int(head.split()[1]) if head.startswith(b"HTTP/") else 0
    except TimeoutError:
        return -1
    except OSError:
        return 0
    finally:
        writer.close()


async def _drip(port: int) -> None:
    """Keep SLOW connections open, each of which sends a byte now and then; open another one for each that is closed."""
    connected, all_are = 0, asyncio.Event()

    async def client(number: int) -> None:
        nonlocal connected
        request = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
        sent_at_once = len(request) if number % 2 else 0  # half of them drip the head, the others the body
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            connected += 1
            if connected == SLOW:
                all_are.set()
            writer.write(request[:sent_at_once])
            for at in range(sent_at_once, 100_000):
                await asyncio.sleep(PAUSE)
                if reader.at_eof() or writer.is_closing():
                    break
                writer.write(request[at : at + 1] or b"x")
            writer.close()

    clients = [asyncio.create_task(client(number)) for number in range(SLOW)]
    await all_are.wait()
    print("all are connected", flush=True)
    await asyncio.gather(*clients)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (SLOW + 100, SLOW + 100))
    asyncio.run(_drip(int(sys.argv[1])))
