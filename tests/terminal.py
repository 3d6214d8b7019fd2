"""A real pseudo-terminal of any width, and the screen a person sees in it."""

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
    """The result of a command in a terminal.

    Attributes:
        status: its exit status.
        raw: all bytes it wrote.
        screen: the final screen, with colours.
        frames: the text of the screen after each write.
    """

    status: int
    raw: bytes
    screen: pyte.Screen
    frames: list[str]

    @property
    def text(self) -> str:
        """The final screen, without trailing blanks."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()


def run_in_terminal(
    command: list[str],
    columns: int,
    variables: dict[str, str],
    folder: Path | None = None,
    answers: Mapping[str, bytes | signal.Signals] | None = None,
) -> Session:
    """Run a command to its end in a pseudo-terminal of this width.

    Args:
        command: the program and its arguments.
        columns: width of the terminal.
        variables: its environment variables.
        folder: its working directory.
        answers: the bytes to type, or the signal to send, once the screen matches the pattern.
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
    except OSError:  # the last process on the other end has ended
        return b""
