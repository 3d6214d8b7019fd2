"""The installed versions of libraries, kept between processes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline.fingerprints.libraries import library_versions
from tests.waiting import wait_until_cacheable


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return two folders at the start of Python's path; version 1 of a library is installed in the second."""
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in (*folders, tmp_path / "artifacts"):
        folder.mkdir()
    monkeypatch.setattr(sys, "path", [*map(str, folders), *sys.path])
    _install(folders[1], "1")
    wait_until_cacheable(folders[1])
    return folders


def test_a_version_installed_earlier_on_the_path_is_seen(folders: list[Path]) -> None:
    """A version installed in an earlier folder of Python's path is that of the next process."""
    assert _version_in_a_new_process(folders) == "1"
    _install(folders[0], "2")
    assert _version_in_a_new_process(folders) == "2"


def test_an_upgrade_in_place_is_seen(folders: list[Path]) -> None:
    """A library installed anew in the same folder has its new version in the next process."""
    assert _version_in_a_new_process(folders) == "1"
    (folders[1] / "own-1.dist-info" / "METADATA").unlink()
    (folders[1] / "own-1.dist-info").rmdir()
    _install(folders[1], "2")
    assert _version_in_a_new_process(folders) == "2"


def _install(folder: Path, version: str) -> None:
    info = folder / f"own-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: own\nVersion: {version}\n")


def _version_in_a_new_process(folders: list[Path]) -> str:
    library_versions.cache_clear()
    return library_versions(frozenset({"own"}), folders[0].parent)["own"]
