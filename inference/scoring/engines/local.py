"""Score shards on this machine, in a process for each core."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from itertools import chain
from typing import Any

from inference.model.reader import Reader
from inference.model.threads import use_one_thread
from inference.scoring.job import Work
from inference.scoring.part import Task, score_shard
from schemas.errors import StageError

__all__ = ["do_without_pandas", "score_locally"]

Done = Callable[[int], None]
AHEAD = 2  # tasks given to each process, so that none waits for the next
TERMINAL = {signal.SIGINT, signal.SIGHUP}  # signals that reach every process of a terminal at once
SOON = 4 * 2**20  # bytes of pictures, small ones or photos, that are scored before other processes have started


def score_locally(tasks: Iterator[Task], work: Work, done: Done, processes: int) -> None:
    """Score on this machine; what is done sooner than other processes start, in this one.

    Args:
        tasks: taken as they are needed.
        work: what they have in common.
        done: called with each task that is done.
        processes: how many at most.

    Raises:
        StageError: one of the processes died.
    """
    use_one_thread()
    first: list[Task] = []
    for task in tasks:
        first.append(task)
        if len(first) > 1 and sum(each.size for each in first) > SOON:
            break
    some = chain(first, tasks)
    if processes == 1 or len(first) == 1 or sum(each.size for each in first) <= SOON:
        reader = Reader(work.bundle)
        for task in some:
            score_shard(task, work.source, reader, work.columns)
            done(task.files)
    else:
        _score_in_processes(_ahead(some), work, done, processes)


def _score_in_processes(tasks: Iterator[Task], work: Work, done: Done, processes: int) -> None:
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    others = {*multiprocessing.active_children()}
    under_way: dict[Future[None], Task] = {}
    with _signals_held_back():  # a process that keeps account of them is started here
        pool = ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(work,))
    with pool:
        try:
            for task in tasks:
                with _signals_held_back():
                    future = pool.submit(_score, task)
                under_way[future] = task
                if len(under_way) >= processes * AHEAD:
                    _settle(under_way, done)
            while under_way:
                _settle(under_way, done)
        except BrokenProcessPool as error:
            raise StageError(
                "a process that was scoring died",
                found=f"{sum(task.files for task in under_way.values()):,} files were under way",
                do="run the same command again: it goes on with what is there; --workers 1 needs less memory",
            ) from error
        except BaseException:
            for process in {*multiprocessing.active_children()} - others:
                process.kill()  # nothing half-done has a name of its own, and a shard of photos takes seconds
            raise


def _ahead(tasks: Iterator[Task]) -> Iterator[Task]:
    """List in a thread of its own, so that no process waits for a listing, and all files are known early.

    Not where this process scores itself: two threads that take turns at the interpreter cost a third more.
    """
    found: queue.SimpleQueue[Task | BaseException | None] = queue.SimpleQueue()

    def list_all() -> None:
        try:
            for task in tasks:
                found.put(task)
            found.put(None)
        except BaseException as error:  # noqa: BLE001  (raised again where the tasks are taken)
            found.put(error)

    threading.Thread(target=list_all, daemon=True).start()
    while (task := found.get()) is not None:
        if isinstance(task, BaseException):
            raise task
        yield task


@contextmanager
def _signals_held_back() -> Generator[None]:
    """Start processes that do not heed the terminal: the one that starts them does, and ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, TERMINAL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _settle(under_way: dict[Future[None], Task], done: Done) -> None:
    """Wait until a task is finished, and take those that are out."""
    finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
    for each in finished:
        each.result()
        done(under_way.pop(each).files)


def do_without_pandas() -> None:
    """Keep pyarrow from importing pandas, in a process that has no use for it.

    It would, to tell whether what it is given is a pandas object; that takes 0.3 s of a core, in which 3,000 digits
    are read.
    """
    if "pandas" not in sys.modules and not any(isinstance(each, _NoPandas) for each in sys.meta_path):
        sys.meta_path.insert(0, _NoPandas())


class _NoPandas(MetaPathFinder):
    """Answers for the module pandas that there is none."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Find no module, and let none of this name be found."""
        del path, target
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


class _Worker:
    """What a process keeps from task to task."""

    work: Work
    reader: Reader


def _begin(work: Work) -> None:
    threading.Thread(target=_follow_parent, daemon=True).start()
    use_one_thread()
    do_without_pandas()
    _Worker.work, _Worker.reader = work, Reader(work.bundle)


def _follow_parent() -> None:
    """End this process when the one that started it is gone, however it went."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait as wait_for

    parent: Any = parent_process()
    wait_for([parent.sentinel])
    os._exit(1)


def _score(task: Task) -> None:
    score_shard(task, _Worker.work.source, _Worker.reader, _Worker.work.columns)
