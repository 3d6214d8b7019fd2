"""Turn SIGINT, SIGTERM and SIGHUP into one exception, so that `finally` blocks run."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import ClassVar

__all__ = ["Interrupted", "raise_on_signals"]

AGAIN = 1.0
"""Seconds after which an exception that a library dropped is raised again."""
WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}


class Interrupted(BaseException):
    """Raised by a signal that asks the process to end.

    Attributes:
        exit_code: 128 plus the signal's number, as in shells.
        word: 'interrupted', 'terminated' or 'hung up'.
        command: the running command, such as 'run'; '' before one starts.
        raised: the one that was raised; a library may have replaced it with an error of its own.
    """

    command: ClassVar[str] = ""
    raised: ClassVar[Interrupted | None] = None

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number
        self.word = WORDS[signal.Signals(number)]


def raise_on_signals() -> None:
    """Raise Interrupted on the first signal; a second one kills the process. Ignored signals stay ignored.

    The exception can arrive where it is dropped: in `__del__`, in a callback from C, in a library's bare `except`. It
    is raised again as long as the process neither ends nor handles an exception.
    """
    for number in WORDS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise)


def _raise(number: int, frame: FrameType | None) -> None:
    del frame
    for each in WORDS:
        signal.signal(each, signal.SIG_DFL)
    Interrupted.raised = Interrupted(number)
    signal.signal(signal.SIGALRM, _raise_again)
    signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
    raise Interrupted.raised


def _raise_again(number: int, frame: FrameType | None) -> None:
    del number, frame
    if sys.exception() is None and Interrupted.raised:
        raise Interrupted.raised
