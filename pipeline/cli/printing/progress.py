"""Progress of a run on stderr: a live line on a terminal, plain lines otherwise."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

from pipeline.cli.printing.table import box
from pipeline.log import LOGGER
from schemas.errors import printable
from schemas.progress import format_duration

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from schemas.progress import Progress

__all__ = ["show_progress"]

REFRESHES = 4  # per second; more would slow down the training they show
BESIDE = 17  # columns of the live line for spinner, bar and time
SILENCE = 11.0  # seconds without a line; longer than the ten after which scoring reports by itself


@contextmanager
def show_progress(started: str | None = None) -> Generator[None]:
    """Show what the logger `digits` reports inside the block, even while a stage redirects standard error.

    Args:
        started: title of a task that starts at once; None for a run, whose stages report their own start.
    """
    screen = os.fdopen(os.dup(2), "w", encoding=sys.stderr.encoding, errors="backslashreplace", buffering=1)
    with suppress(BrokenPipeError), screen:
        handler = _Terminal(screen) if screen.isatty() else _Lines(screen)
        LOGGER.setLevel(logging.DEBUG)
        LOGGER.addHandler(handler)
        if started:
            handler.open(printable(started))
        try:
            yield
        finally:
            LOGGER.removeHandler(handler)
            handler.close()


class _Lines(logging.Handler):
    """Prints a line when a stage starts, ends or passes a milestone, and when nothing was printed for SILENCE."""

    def __init__(self, screen: TextIO) -> None:
        super().__init__()
        self.screen = screen
        self.stage = ""
        self.latest: Progress | str = ""  # progress of the stage; '' if none runs
        self.begun = self.printed = time.monotonic()
        self.closed = threading.Event()
        self.watch()

    def watch(self) -> None:
        """Start the thread that prints a line after a silence."""
        threading.Thread(target=self._break_silences, daemon=True).start()

    def open(self, title: str) -> None:
        """Begin a task that no stage reports."""
        self._begin(title)

    def emit(self, record: logging.LogRecord) -> None:
        """Print the records that are meant for people."""
        found = vars(record)
        if "started" in found:
            self.start(found["started"], printable(record.getMessage()))
        elif "kept" in found:
            self.end(printable(record.getMessage()))
        elif "waiting" in found or "combination" in found:
            self.print(printable(record.getMessage()))
        elif "told" in found:
            self.print(printable(f"{self.stage}: {found['told']}"))
        elif "stage_record" in found and found["stage_record"].outcome in {"ran", "failed"}:
            stage = found["stage_record"]
            self.end(f"{stage.stage} {'done in' if stage.outcome == 'ran' else 'failed after'} {stage.seconds:.1f} s")
        elif "notice" in found:
            self.print(box(printable(found["notice"]).replace("; to retry", "\nto retry")))
        elif "progress" in found:
            self.advance(found["progress"])

    def start(self, stage: str, message: str) -> None:
        """Report that a stage starts."""
        self._begin(stage)
        self.print(message)

    def advance(self, progress: Progress) -> None:
        """Report the progress of a stage."""
        self.latest = progress
        if progress.milestone:
            self.print(f"{self.stage}: {progress}")

    def end(self, message: str) -> None:
        """Report that a stage has ended."""
        self.latest = ""
        self.print(message)

    def print(self, text: str) -> None:
        """Print whole lines; a closed screen must not end the run."""
        self.printed = time.monotonic()
        with suppress(OSError):
            print(text, file=self.screen, flush=True)

    def close(self) -> None:
        """End the thread."""
        self.closed.set()
        with self.lock or nullcontext():
            self.latest = ""
        super().close()

    def _begin(self, stage: str) -> None:
        self.stage, self.latest = stage, "still running"
        self.begun = self.printed = time.monotonic()

    def _break_silences(self) -> None:
        while not self.closed.wait(max(self.printed + SILENCE - time.monotonic(), SILENCE / 10)):
            with self.lock or nullcontext():
                now = time.monotonic()
                if self.latest and now >= self.printed + SILENCE:
                    self.print(f"{self.stage}: {self.latest}  {timedelta(seconds=int(now - self.begun))}")


class _Terminal(_Lines):
    """The same, with one live line instead of a line after a silence."""

    def __init__(self, screen: TextIO) -> None:
        super().__init__(screen)
        from rich.console import Console

        # Three columns spare, so that a typed ^C does not wrap the line.
        self.console = Console(file=screen, width=max(Console(file=screen).width - 3, 20))
        self.bar: Bar | None = None
        self.advanced = 0.0
        self.unit = ""

    def watch(self) -> None:
        """Start no thread: the live line moves by itself."""

    def open(self, title: str) -> None:
        """Show the live line of a task that no stage reports."""
        self._show(title, title, captured=False)

    def start(self, stage: str, message: str) -> None:
        """Show the live line of a stage."""
        self._show(stage, message, captured=True)

    def _show(self, stage: str, message: str, *, captured: bool) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self.stage = stage
        self.bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[message]}", markup=False),
            BarColumn(20),
            TextColumn("{task.fields[figures]}", markup=False),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            redirect_stdout=not captured,  # what a stage prints goes to its log, also past rich
            redirect_stderr=not captured,
            refresh_per_second=REFRESHES,
        )
        self.bar.add_task("", total=None, message=message, figures="")
        self.bar.start()

    def advance(self, progress: Progress) -> None:
        """Update the live line, with the time left."""
        now = time.monotonic()
        more = progress.total is not None and progress.done < progress.total and progress.unit == self.unit
        if self.bar is None or (more and now - self.advanced < 1 / REFRESHES):
            return
        self.advanced, self.unit = now, progress.unit
        task = self.bar.tasks[0]
        if progress.total is None:
            task.total = None  # update() ignores None
        left = task.time_remaining if progress.rate is None and progress.ends else None
        shown = f"{progress}" if left is None else f"{progress}  {format_duration(left)} left"
        self.bar.update(
            task.id, completed=progress.done, total=progress.total, message=self.stage, figures=self._fit(shown)
        )

    def _fit(self, shown: str) -> str:
        """Return as many figures as fit the line, leaving out the first ones before the last."""
        parts = shown.split("  ")
        while len(parts) > 1 and len("  ".join(parts)) > self.console.width - len(self.stage) - BESIDE:
            del parts[1]
        return "  ".join(parts)

    def end(self, message: str) -> None:
        """Replace the live line with one that stays."""
        self._clear()
        self.print(message)

    def print(self, text: str) -> None:
        """Print whole lines, above the live one if there is one."""
        if self.bar is None:
            super().print(text)
        else:
            with suppress(OSError):
                self.console.print(text, markup=False, emoji=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Restore the terminal."""
        self._clear()
        super().close()

    def _clear(self) -> None:
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
