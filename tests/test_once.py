"""Folders made once for all workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.once import once


def test_a_folder_is_made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A second request returns the folder that the first one made."""
    made: list[Path] = []

    def make(folder: Path) -> None:
        folder.mkdir()
        made.append(folder)

    assert [once(tmp_path_factory, "made", make) for _ in range(2)] == made * 2


def test_a_failed_folder_is_made_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The remains of a folder that failed are removed before it is made again."""

    def fail(folder: Path) -> None:
        folder.mkdir()
        (folder / "half").touch()
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        once(tmp_path_factory, "failed", fail)
    assert list(once(tmp_path_factory, "failed", Path.mkdir).iterdir()) == []
