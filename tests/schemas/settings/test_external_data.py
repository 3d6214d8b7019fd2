"""What of the data outside artifacts/ counts, and when it is read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from schemas.settings.config import Config
from schemas.settings.external_data import read_outside


class Inner(Config):
    """Names data inside a list."""

    folder: Path = Field(json_schema_extra={"data": "folder"})


class Outer(Config):
    """Names data, and a folder that is none."""

    data: Path | None = Field(default=None, json_schema_extra={"data": "folder"})
    other: Path | None = None
    inner: list[Inner] = Field(default_factory=list[Inner])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Give a folder with two folders of a file each."""
    for name in ("a", "b"):
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "file").write_text(name)
    return tmp_path / "data"


def test_folders_with_files_are_named(data: Path) -> None:
    """Every folder with files has an entry, relative to the project."""
    assert list(read_outside(Outer(data=data), data.parent)) == ["data/a", "data/b"]


def test_what_is_not_declared_does_not_count(data: Path) -> None:
    """A path that is not declared as data is not looked at."""
    assert read_outside(Outer(other=data), data.parent) == {}


def test_configs_in_lists_are_looked_into(data: Path) -> None:
    """A config inside a list may name data too."""
    assert list(read_outside(Outer(inner=[Inner(folder=data / "b")]), data.parent)) == ["data/b"]


def test_hidden_files_and_artifacts_do_not_count(data: Path) -> None:
    """Neither a hidden file nor what the runs write changes anything."""
    before = read_outside(Outer(data=data.parent), data.parent)
    (data / "a" / ".hidden").touch()
    (data.parent / "artifacts").mkdir()
    (data.parent / "artifacts" / "file").touch()
    assert read_outside(Outer(data=data.parent), data.parent) == before


def test_what_has_not_moved_is_hashed_alike(data: Path) -> None:
    """What is remembered gives what hashing gives."""
    (data.parent / "artifacts").mkdir()
    first = read_outside(Outer(data=data), data.parent)
    assert read_outside(Outer(data=data), data.parent) == first


def test_a_renamed_file_counts(data: Path) -> None:
    """Names count as well as contents."""
    before = read_outside(Outer(data=data), data.parent)
    (data / "a" / "file").rename(data / "a" / "name")
    after = read_outside(Outer(data=data), data.parent)
    assert [name for name in after if after[name] != before[name]] == ["data/a"]


def test_a_link_back_up_ends(data: Path) -> None:
    """A link to a folder above is entered once."""
    (data / "a" / "up").symlink_to(data)
    assert set(read_outside(Outer(data=data), data.parent)) == {"data/a", "data/b", "data/a/up"}


def test_data_that_are_not_there_are_no_error(tmp_path: Path) -> None:
    """What is missing is for the stage to tell of."""
    assert read_outside(Outer(data=tmp_path / "none"), tmp_path) == {}
