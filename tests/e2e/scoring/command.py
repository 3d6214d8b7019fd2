"""`digits score` as a process."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.forked import run_forked
from tests.project import DIGITS, Project

__all__ = ["command_of", "left_over", "score", "start"]


def command_of(sealed: Project, *arguments: str | Path) -> list[str]:
    """Return the words of the command in that project."""
    return [str(DIGITS), "-C", str(sealed.path), "score", *map(str, arguments)]


def score(sealed: Project, place: Path, *arguments: str | Path) -> tuple[int, str, str]:
    """Run the command in a folder; return its exit status, stdout and stderr."""
    done = run_forked(command_of(sealed, *arguments), sealed.variables(), place)
    return done.returncode, done.stdout, done.stderr


def start(sealed: Project, *arguments: str | Path) -> subprocess.Popen[str]:
    """Start the command in a new session, as a terminal does."""
    return subprocess.Popen(
        command_of(sealed, *arguments),
        env=sealed.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def left_over(session: int) -> list[str]:
    """Return the command lines of the processes in a session."""
    found: list[str] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except (OSError, IndexError):
            continue
    return found
