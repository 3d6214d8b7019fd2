"""What a run tells while it runs, on standard error: a live line on a terminal, plain lines off it."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from pipeline.cli.printing.table import box
from pipeline.log import LOGGER
from schemas.progress import time_told

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from schemas.progress import Progress

__all__ = ["tell"]

REFRESHES = 4  # a second: more would take time from the training they show


@contextmanager
def tell(started: str | None = None) -> Generator[None]:
    """Show what is logged below `digits` while it lasts, past any redirection of standard error.

    Args:
        started: what begins at once, where no stage does.
    """
    screen = os.fdopen(os.dup(2), "w", encoding=sys.stderr.encoding, errors="backslashreplace", buffering=1)
    with suppress(BrokenPipeError), screen:
        handler = _Terminal(screen) if screen.isatty() else _Lines(screen)
        LOGGER.setLevel(logging.DEBUG)
        LOGGER.addHandler(handler)
        if started:
            handler.stage = started
        if started and screen.isatty():
            handler.start(started, started)
        try:
            yield
        finally:
            LOGGER.removeHandler(handler)
            handler.close()


class _Lines(logging.Handler):
    """A line for each stage that starts or ends, and for each milestone of its progress."""

    def __init__(self, screen: TextIO) -> None:
        super().__init__()
        self.screen = screen
        self.stage = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Print what is meant for people."""
        found = vars(record)
        if "started" in found:
            self.start(found["started"], record.getMessage())
        elif "waiting" in found:
            self.print(record.getMessage())
        elif "told" in found:
            self.print(f"{self.stage}: {found['told']}")
        elif "stage_record" in found and found["stage_record"].outcome in {"ran", "failed"}:
            stage = found["stage_record"]
            self.end(f"{stage.stage} {stage.outcome} after {stage.seconds:.1f} s")
        elif "notice" in found:
            self.print(box(found["notice"].replace("; to try", "\nto try")))
        elif "progress" in found:
            self.advance(found["progress"])

    def start(self, stage: str, message: str) -> None:
        """A stage starts."""
        self.stage = stage
        self.print(message)

    def advance(self, progress: Progress) -> None:
        """A stage is this far."""
        if progress.milestone:
            self.print(f"{self.stage}: {progress}")

    def end(self, message: str) -> None:
        """A stage has ended."""
        self.print(message)

    def print(self, text: str) -> None:
        """Print whole lines; a screen that is gone is no reason to end a run."""
        with suppress(OSError):
            print(text, file=self.screen, flush=True)


class _Terminal(_Lines):
    """The same, with one live line that shows progress and time left."""

    def __init__(self, screen: TextIO) -> None:
        super().__init__(screen)
        from rich.console import Console

        # Narrower, so that a ^C typed into the line does not wrap it.
        self.console = Console(file=screen, width=max(Console(file=screen).width - 3, 20))
        self.bar: Bar | None = None
        self.advanced = 0.0

    def start(self, stage: str, message: str) -> None:
        """A stage starts: open its line."""
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
            refresh_per_second=REFRESHES,
        )
        self.bar.add_task("", total=None, message=message, figures="")
        self.bar.start()

    def advance(self, progress: Progress) -> None:
        """A stage is this far: show it with the time left."""
        now = time.monotonic()
        if self.bar is None or (progress.done < progress.total and now - self.advanced < 1 / REFRESHES):
            return
        self.advanced = now
        task = self.bar.tasks[0]
        left = None if progress.rate is not None or progress.grows else task.time_remaining
        shown = f"{progress}" if left is None else f"{progress}  {time_told(left)} left"
        self.bar.update(task.id, completed=progress.done, total=progress.total, message=self.stage, figures=shown)

    def end(self, message: str) -> None:
        """A stage has ended: its line goes, one that says so stays."""
        self._clear()
        self.print(message)

    def print(self, text: str) -> None:
        """Print whole lines: above the live one, where there is one."""
        if self.bar is None:
            super().print(text)
        else:
            with suppress(OSError):
                self.console.print(text, markup=False, emoji=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._clear()
        super().close()

    def _clear(self) -> None:
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
