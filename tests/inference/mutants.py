"""Read many damaged picture files in a process with little memory: python -m tests.inference.mutants FIRST COUNT.

Print one line a file: its number, its CPU seconds, and `read` or the reason. The process has MEMORY bytes of address
space for all of them, and a signal ends it on the first file that takes SECONDS of CPU time. It has one thread, like
scoring: each thread reserves 90 MB, used or not.
"""

from __future__ import annotations

import resource
import signal
import sys
import time
from random import Random

from inference.files.unreadable import UnreadableError
from inference.model.threads import use_one_thread
from inference.reading import read_picture
from tests.inference.pictures import files

__all__ = ["SECONDS"]

SECONDS = 10  # of CPU time; the slowest took 0.14
MEMORY = 3 * 2**30  # of address space, most of which numpy and cv2 reserve and never touch


def mutate(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """Damage a file: change, cut, double or overwrite bytes, splice in another file, or truncate it."""
    changed = bytearray(data)
    for _ in range(random.choice([1, 1, 1, 2, 4])):
        at = random.randrange(max(min(len(changed), random.choice([64, 1024, 10**9])), 1))
        length = random.choice([1, 1, 2, 4, 16, 256])
        kind = random.choice((0, 0, 0, 1, 2, 3, 4, 5, 6))
        if kind == 0:
            changed[at : at + 1] = bytes([random.randrange(256)])
        elif kind == 1:
            changed[at : at + length] = random.choice([b"\xff", b"\0", b"\x7f", b"\x80"]) * length
        elif kind == 2:
            del changed[at : at + length]
        elif kind == 3:
            changed[at:at] = changed[at : at + length]
        elif kind == 4:
            other = random.choice(others)
            begin = random.randrange(len(other))
            changed[at : at + length] = other[begin : begin + length]
        elif kind == 5:
            changed[at : at + length] = random.randbytes(length)
        else:
            del changed[random.randrange(len(changed) + 1) :]
    return bytes(changed)


def read_all(first: int, count: int) -> None:
    """Read the mutants numbered from *first*."""
    use_one_thread()
    whole = list(files(ink=0, paper=255).values())
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for number in range(first, first + count):
        random = Random(number)  # noqa: S311
        data = mutate(random.choice(whole), random, whole)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        begun = time.process_time()
        try:
            reading = read_picture(data)
            answer = "read" if reading.image.shape == (28, 28) else "of another shape"
        except UnreadableError as error:
            answer = error.reason
        print(number, f"{time.process_time() - begun:.3f}", answer, flush=True)
    signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    read_all(int(sys.argv[1]), int(sys.argv[2]))
