"""A disk without a free byte: a real one, a file system in a file."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.faults.promises import damage_in
from tests.project import Project, toy_project

pytestmark = pytest.mark.faults

DELETE = ("gc", "--keep-runs", "1", "--delete")
DISKS = {
    "ext4": ("mkfs.ext4", "-q", "-F", "-m", "0"),
    "ext4 with blocks of 1 KB": ("mkfs.ext4", "-q", "-F", "-m", "0", "-b", "1024"),
    "btrfs": ("mkfs.btrfs", "-q"),
}


@pytest.fixture(params=DISKS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Path]:
    """Yield a file system of 256 MB; skip the test where none can be mounted."""
    make = DISKS[request.param]
    if os.geteuid() or not all(map(shutil.which, (make[0], "losetup", "mount", "umount"))):
        pytest.skip(f"only root can mount a disk of its own, with {make[0]}")
    image, disk = tmp_path / "image", tmp_path / "disk"
    disk.mkdir()
    with image.open("wb") as file:
        file.truncate(2**28)
    subprocess.run([*make, image], check=True)
    mounted = subprocess.run(["mount", "-o", "loop", image, disk], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"this machine mounts no such file system from a file: {mounted.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def _grown(path: Path) -> Project:
    """Return a project with the runs of three words; the run of the last made the champion."""
    project = toy_project(path)
    for word in ("one", "two", "three"):
        project.digits("run", "--set", f"say.word={word}")
    return project


def _fill(disk: Path) -> None:
    """Write until nothing more can be written, not even a small file."""
    (disk / "small").mkdir()
    size = 2**20
    with (disk / "filling").open("wb", buffering=0) as file:
        while size:
            try:
                file.write(bytes(size))
                os.fsync(file.fileno())
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017
                size //= 2
    for number in range(200_000):  # some file systems keep room for what is small
        try:
            (disk / "small" / f"{number}").write_bytes(bytes(1500))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017
            return
    raise AssertionError("the disk is not full")


def test_gc_frees_space_on_a_full_disk(disk: Path) -> None:
    """It deletes what it deletes on any disk, and a run has space again."""
    whole = _grown(disk / "whole")
    expected = whole.json(*DELETE)
    project = _grown(disk / "full")
    _fill(disk)
    found = project.json(*DELETE)
    assert len(found["goes"]) == len(expected["goes"]) > 0
    assert project.json("gc", "--keep-runs", "1")["goes"] == []
    assert not (project.artifacts / ".trash").exists()
    assert damage_in(project.artifacts) == []
    project.digits("verify")
