"""A project folder that was moved or copied with its virtual environment."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.project import HOUSE, toy_project


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a folder with the Makefile, and a command that belongs to another folder."""
    folder = tmp_path / "copied"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "digits").write_text("#!/old/place/.venv/bin/python\n")
    shutil.copy(HOUSE / "Makefile", folder)
    return folder


def test_make_notices_a_moved_folder(copied: Path) -> None:
    """In a moved folder, make says whose .venv it is and what to do, and does nothing."""
    made = subprocess.run(["make", "-C", copied, "run"], capture_output=True, text=True, check=False)
    assert made.returncode == 2
    assert "belongs to /old/place: rm -r .venv" in made.stderr


def test_what_make_says_works(copied: Path) -> None:
    """Without the old .venv, or with its own, make goes on."""
    (copied / ".venv" / "bin" / "digits").write_text(f"#!{copied.resolve()}/.venv/bin/python\n")
    subprocess.run(["make", "-n", "-C", copied, "flink-down"], capture_output=True, check=True)
    shutil.rmtree(copied / ".venv")
    subprocess.run(["make", "-n", "-C", copied, "flink-down"], capture_output=True, check=True)


def test_the_command_of_another_copy_says_so(tmp_path: Path) -> None:
    """In a project that has the source itself, a command that runs the source of another copy says which."""
    project = toy_project(tmp_path / "toy")
    assert "this runs the code" not in project.digits("runs").stderr
    source = project.path / "pipeline" / "cli" / "main.py"
    source.parent.mkdir(parents=True)
    source.touch()
    assert f"this runs the code in {HOUSE}, not that of {project.path}" in project.digits("runs").stderr
