"""A disk whose power can be cut: an ext4 file system in a file."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.waiting import wait_for

__all__ = ["Disk", "disk_that_can_fail"]

SHUTDOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN of Linux, fs/ext4/ext4.h."""
WITHOUT_JOURNAL = 2
"""EXT4_GOING_FLAGS_NOLOGFLUSH: what was not flushed is lost, and so are the names that were not."""
WITH_JOURNAL = 1
"""EXT4_GOING_FLAGS_LOGFLUSH: the names are kept, and contents that were not flushed are lost."""
NEEDED = ("losetup", "mkfs.ext4", "mount", "umount")
KEPT = "commit=3600"  # seconds: nothing reaches the disk by chance


@dataclass(frozen=True)
class Disk:
    """A mounted file system.

    Attributes:
        image: the file that holds it.
        path: where it is mounted.
    """

    image: Path
    path: Path

    def fail(self, how: int) -> None:
        """Cut the power and start again: only what had been flushed is there.

        Args:
            how: WITHOUT_JOURNAL or WITH_JOURNAL.
        """
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", how))
        finally:
            os.close(descriptor)
        subprocess.run(["umount", self.path], check=True)
        wait_for(lambda: not self._is_attached(), "the end of the file system")  # another mount namespace may have it
        self.mount()

    def _is_attached(self) -> bool:
        return bool(subprocess.run(["losetup", "-j", self.image], check=True, capture_output=True).stdout)

    def mount(self) -> None:
        """Mount the file system; its journal is replayed."""
        subprocess.run(["mount", "-o", f"loop,{KEPT}", self.image, self.path], check=True, capture_output=True)


@contextmanager
def disk_that_can_fail(folder: Path) -> Generator[Disk]:
    """Yield a new disk of 256 MB; skip the test where none can be mounted.

    Args:
        folder: for the file and the place where it is mounted.
    """
    if os.geteuid() or not all(map(shutil.which, NEEDED)):
        pytest.skip(f"only root can mount a disk whose power fails, with {', '.join(NEEDED)}")
    disk = Disk(folder / "disk.ext4", folder / "disk")
    disk.path.mkdir()
    with disk.image.open("wb") as file:
        file.truncate(2**28)
    subprocess.run(["mkfs.ext4", "-q", "-F", disk.image], check=True)
    try:
        disk.mount()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this machine mounts no file system from a file: {error.stderr.decode().strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk.path], check=True)
