"""SIGINT, SIGTERM and SIGHUP as one exception, so that `finally` runs and nothing half-done is published."""

from __future__ import annotations

import signal
from types import FrameType
from typing import ClassVar

__all__ = ["Interrupted", "raise_on_signals"]

WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}


class Interrupted(BaseException):
    """A signal asked the process to end.

    Attributes:
        exit_code: 128 and the signal's number, as shells have it.
        word: 'interrupted', 'terminated' or 'hung up'.
        command: which was at work, such as 'run'; '' before one was.
        raised: the one that was raised, should a library have made another error of it.
    """

    command: ClassVar[str] = ""
    raised: ClassVar[Interrupted | None] = None

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number
        self.word = WORDS[signal.Signals(number)]


def raise_on_signals() -> None:
    """Raise Interrupted on the first signal; a second one ends the process at once. Ignored ones stay ignored."""
    for number in WORDS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise)


def _raise(number: int, frame: FrameType | None) -> None:
    del frame
    for each in WORDS:
        signal.signal(each, signal.SIG_DFL)
    Interrupted.raised = Interrupted(number)
    raise Interrupted.raised
