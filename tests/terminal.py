"""A real terminal, as large as a test wants it, and what a person sees in it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyte

__all__ = ["Session", "run_in_terminal"]

ROWS = 60


@dataclass(frozen=True)
class Session:
    """What a command did in a terminal.

    Attributes:
        status: its exit status.
        raw: every byte it wrote.
        screen: the screen at the end, with colours.
        frames: what the screen showed after each write.
    """

    status: int
    raw: bytes
    screen: pyte.Screen
    frames: list[str]

    @property
    def text(self) -> str:
        """The screen at the end, without what is blank."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()


def run_in_terminal(
    command: list[str],
    columns: int,
    variables: dict[str, str],
    folder: Path | None = None,
    answers: Mapping[str, bytes | signal.Signals] | None = None,
) -> Session:
    """Run a command in a pseudo-terminal of this width, to its end.

    Args:
        command: the program and its arguments.
        columns: width of the terminal.
        variables: its environment.
        folder: where it is started.
        answers: what is typed, or the signal that is sent, once a text that the pattern finds is on the screen.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    environment = variables | {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(ROWS)}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=folder)
    os.close(theirs)
    screen = pyte.Screen(columns, ROWS)
    stream = pyte.ByteStream(screen)
    raw, frames, left = b"", list[str](), dict(answers or {})
    while data := _read(ours):
        raw += data
        stream.feed(data)
        frames.append("\n".join(screen.display))
        for pattern in [each for each in left if re.search(each, frames[-1])]:
            _answer(process, ours, left.pop(pattern))
    os.close(ours)
    return Session(process.wait(), raw, screen, frames)


def _answer(process: subprocess.Popen[bytes], terminal: int, answer: bytes | signal.Signals) -> None:
    if isinstance(answer, bytes):
        os.write(terminal, answer)
    else:
        process.send_signal(answer)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the last process that held the other end is gone
        return b""
