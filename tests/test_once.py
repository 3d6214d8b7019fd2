"""What is made once for all workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.once import once


def test_a_folder_is_made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Who asks again gets what was made for the first."""
    made: list[Path] = []

    def make(folder: Path) -> None:
        folder.mkdir()
        made.append(folder)

    assert [once(tmp_path_factory, "made", make) for _ in range(2)] == made * 2


def test_what_failed_is_made_anew(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is left of a folder that could not be made is gone when the next one makes it."""

    def fail(folder: Path) -> None:
        folder.mkdir()
        (folder / "half").touch()
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        once(tmp_path_factory, "failed", fail)
    assert list(once(tmp_path_factory, "failed", Path.mkdir).iterdir()) == []
