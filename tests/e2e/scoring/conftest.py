"""Folders of pictures to score."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.scoring.command import score
from tests.inference.pictures import as_file, sample
from tests.inference.scoring.folders import write_pictures
from tests.project import Project


@pytest.fixture(scope="package")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with 100 MNIST digits in folders named after their labels."""
    folder = tmp_path_factory.mktemp("score") / "pictures"
    for number in range(100):
        path = folder / f"{number // 10}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_file(sample()[number * 50], "PNG"))
    return folder


@pytest.fixture(scope="package")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with 20 digits, two unreadable files, one with an odd name, and a file that is not a picture."""
    folder = write_pictures(tmp_path_factory.mktemp("mixed") / "pictures", 20)
    (folder / "bad.png").write_text("two pints of milk, and bread")
    (folder / "notes.txt").write_text("two pints of milk, and bread")
    (folder / os.fsdecode(b"\xff\x1b[31m.png")).write_bytes(b"")
    return folder


@pytest.fixture(scope="package")
def undisturbed(sealed: Project, many: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the output of an undisturbed run."""
    out = tmp_path_factory.mktemp("undisturbed") / "out.parquet"
    score(sealed, out.parent, many, "--out", out, "--workers=1")
    return out.read_bytes()
