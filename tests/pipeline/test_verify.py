"""Damage: found, named, made again, and kept aside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.project import Project


def _file(project: Project, pattern: str) -> Path:
    [file] = (project.artifacts / "store").glob(pattern)
    file.chmod(0o644)
    return file


def test_a_sound_store_is_said_to_be_sound(ran: Project) -> None:
    """Four artifacts, nothing damaged, exit 0."""
    assert ran.json("verify") == {"artifacts": 4, "files": 8, "damaged": [], "missing": []}


@pytest.mark.parametrize(
    "pattern", ["say/text/*/text.txt", "shout/shouted/*/manifest.json", "pack/bundle/*/labels.json"]
)
def test_a_changed_byte_is_found(pattern: str, ran: Project) -> None:
    """Verify exits with 4 and names the file, even where size and time are those that were seen."""
    file = _file(ran, pattern)
    stat = file.stat()
    data = bytearray(file.read_bytes())
    data[0] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert ran.json("verify", status=4)["damaged"] == [file.relative_to(ran.artifacts).as_posix()]


def test_an_added_file_is_found(ran: Project) -> None:
    """A file that the manifest does not name is damage."""
    added = _file(ran, "say/text/*/text.txt").with_name("added")
    added.touch()
    assert ran.json("verify", status=4)["damaged"] == [added.relative_to(ran.artifacts).as_posix()]


def test_a_missing_artifact_is_found(ran: Project) -> None:
    """An artifact that an execution names and that is gone is missing, and the champion with it."""
    folder = _file(ran, "pack/bundle/*/labels.json").parent
    folder.rename(ran.path / "elsewhere")
    assert ran.json("verify", status=4)["missing"] == [folder.relative_to(ran.artifacts).as_posix(), "champion"]


def test_an_execution_that_cannot_be_read_is_damage(ran: Project) -> None:
    """A record cut short is named."""
    file = _file(ran, "say/executions/*.json")
    file.write_text("{")
    assert file.relative_to(ran.artifacts).as_posix() in ran.json("verify", status=4)["damaged"]


def test_damage_is_kept_aside_and_made_again(ran: Project) -> None:
    """The next run moves a damaged version into .quarantine and puts an equal one in its place."""
    file = _file(ran, "say/text/*/text.txt")
    file.write_text("hollo")
    assert ran.reasons()["say"].startswith("output corrupt")
    assert file.read_text() == "hello"
    [aside] = (ran.artifacts / ".quarantine").iterdir()
    assert (aside / "text.txt").read_text() == "hollo"


def test_after_damage_everything_verifies(ran: Project) -> None:
    """What was linked before is whole again."""
    _file(ran, "pack/bundle/*/labels.json").write_text("damaged")
    ran.digits("run")
    ran.digits("verify")
    assert (ran.artifacts / "champion" / "labels.json").read_text() == "HELLO!"


def test_a_lost_cache_of_times_is_rebuilt(ran: Project) -> None:
    """Without .stat.json a cached run hashes everything, and still is unchanged."""
    (ran.artifacts / ".stat.json").unlink()
    assert set(ran.outcomes().values()) == {"unchanged"}
    assert (ran.artifacts / ".stat.json").exists()
