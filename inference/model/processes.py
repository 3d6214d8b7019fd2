"""Run each format of a bundle in a process of its own, by the runtime that its users have."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from schemas.artifacts.formats import FORMATS
from schemas.errors import StageError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FormatProcesses", "start_processes"]

PICTURES = "pictures.npy"


class FormatProcesses:
    """A process for each format, which imports its library while the formats are written.

    Args:
        bundle: the folder that will hold the formats.
        scratch: a folder for pictures and answers.
        formats: their names.
    """

    def __init__(self, bundle: Path, scratch: Path, formats: Sequence[str]) -> None:
        self._scratch = scratch
        command = [sys.executable, "-P", "-m", "inference.model.format_answers", str(bundle)]
        self._processes = {name: self._start(command, name) for name in formats}

    def _start(self, command: list[str], name: str) -> subprocess.Popen[bytes]:
        words = [*command, name, str(self._scratch / PICTURES), str(self._scratch / f"{name}.npz")]
        with self._said(name).open("wb") as said:
            return subprocess.Popen(words, stdin=subprocess.PIPE, stderr=said)

    def _said(self, name: str) -> Path:
        """Return the file that takes what a process says: TensorFlow talks much, and its last line may be an error."""
        return self._scratch / f"{name}.txt"

    @property
    def formats(self) -> list[str]:
        """The names of the formats."""
        return list(self._processes)

    def show(self, images: NDArray[np.uint8]) -> None:
        """Take the pictures that all formats are to answer, uint8 [n, 28, 28]."""
        import numpy as np

        np.save(self._scratch / PICTURES, images)

    def answers(self, name: str) -> dict[str, NDArray[np.float32]]:
        """Return the outputs of a format for the pictures shown.

        Raises:
            StageError: the format cannot be loaded.
        """
        import numpy as np

        process = self._processes[name]
        process.communicate(b"\n")
        if process.returncode:
            *_, last = "", *self._said(name).read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
            found = f"exit status {process.returncode}; {last}".rstrip("; ")
            raise StageError(f"the {FORMATS[name].title} format cannot be loaded", found=found)
        with np.load(self._scratch / f"{name}.npz") as file:
            return dict(file)

    def end(self) -> None:
        """End the processes that still run."""
        for process in self._processes.values():
            process.kill()
            process.communicate()


@contextmanager
def start_processes(bundle: Path, scratch: Path, formats: Sequence[str]) -> Generator[FormatProcesses]:
    """Start a process for each format, and end them all at the end of the block."""
    processes = FormatProcesses(bundle, scratch, formats)
    try:
        yield processes
    finally:
        processes.end()
