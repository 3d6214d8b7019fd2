"""Score shards on this machine, in one process for each core."""

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
from inference.scoring.job import Job
from inference.scoring.part import Task, score_shard
from schemas.errors import StageError

__all__ = ["block_pandas", "score_locally"]

Done = Callable[[int], None]
AHEAD = 2  # tasks queued for each process, so that none runs idle
TERMINAL = {signal.SIGINT, signal.SIGHUP}  # signals that a terminal sends to all its processes
SOON = 4 * 2**20  # bytes of pictures that one process scores before others have started


def score_locally(tasks: Iterator[Task], work: Job, done: Done, processes: int) -> None:
    """Score on this machine; a small job runs in this process, because others take longer to start.

    Args:
        tasks: consumed as needed.
        work: the settings common to all tasks.
        done: called with the number of files of each finished task.
        processes: most processes to use.

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
        _score_in_processes(_prefetched(some), work, done, processes)


def _score_in_processes(tasks: Iterator[Task], work: Job, done: Done, processes: int) -> None:
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    others = {*multiprocessing.active_children()}
    running: dict[Future[None], Task] = {}
    with _signals_blocked():  # multiprocessing starts its resource tracker here
        pool = ProcessPoolExecutor(processes, context, initializer=_start_worker, initargs=(work,))
    with pool:
        try:
            for task in tasks:
                with _signals_blocked():
                    future = pool.submit(_score, task)
                running[future] = task
                if len(running) >= processes * AHEAD:
                    _collect_finished(running, done)
            while running:
                _collect_finished(running, done)
        except BrokenProcessPool as error:
            raise StageError(
                "a worker process died",
                found=f"{sum(task.files for task in running.values()):,} files were being scored",
                do="run the same command again: it resumes; --workers 1 needs less memory",
            ) from error
        except BaseException:
            for process in {*multiprocessing.active_children()} - others:
                process.kill()  # parts are renamed into place when complete, and a shard of photos takes seconds
            raise


def _prefetched(tasks: Iterator[Task]) -> Iterator[Task]:
    """List in a thread, so that no process waits for the listing and the total is known early.

    Not for scoring in this process: two threads that share the interpreter take a third longer.
    """
    found: queue.SimpleQueue[Task | BaseException | None] = queue.SimpleQueue()

    def list_all() -> None:
        try:
            for task in tasks:
                found.put(task)
            found.put(None)
        except BaseException as error:  # noqa: BLE001  (raised again by the consumer)
            found.put(error)

    threading.Thread(target=list_all, daemon=True).start()
    while (task := found.get()) is not None:
        if isinstance(task, BaseException):
            raise task
        yield task


@contextmanager
def _signals_blocked() -> Generator[None]:
    """Block the terminal's signals in processes started here: this process handles them and ends its workers."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, TERMINAL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _collect_finished(running: dict[Future[None], Task], done: Done) -> None:
    """Wait until a task is finished, and report all finished ones."""
    finished, _ = wait(running, return_when=FIRST_COMPLETED)
    for each in finished:
        each.result()
        done(running.pop(each).files)


def block_pandas() -> None:
    """Keep pyarrow from importing pandas in this process.

    pyarrow imports it only to detect pandas objects; that takes 0.3 s of a core, in which 3,000 digits are read.
    """
    if "pandas" not in sys.modules and not any(isinstance(each, _NoPandas) for each in sys.meta_path):
        sys.meta_path.insert(0, _NoPandas())


class _NoPandas(MetaPathFinder):
    """An import finder that hides pandas."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Raise ModuleNotFoundError for pandas; leave any other module to the next finder."""
        del path, target
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


class _Worker:
    """State that a worker process keeps between tasks."""

    work: Job
    reader: Reader


def _start_worker(work: Job) -> None:
    threading.Thread(target=_follow_parent, daemon=True).start()
    use_one_thread()
    block_pandas()
    _Worker.work, _Worker.reader = work, Reader(work.bundle)


def _follow_parent() -> None:
    """End this process when its parent is gone, even if that was killed."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait as wait_for

    parent: Any = parent_process()
    wait_for([parent.sentinel])
    os._exit(1)


def _score(task: Task) -> None:
    score_shard(task, _Worker.work.source, _Worker.reader, _Worker.work.columns)
