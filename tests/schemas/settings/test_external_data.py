"""Which data outside artifacts/ counts in a fingerprint."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from schemas.settings.config import Config
from schemas.settings.external_data import digest_external_data


class Inner(Config):
    """A config inside a list that names data."""

    folder: Path = Field(json_schema_extra={"data": "folder"})


class Outer(Config):
    """A config that names data, and a folder that is not data."""

    data: Path | None = Field(default=None, json_schema_extra={"data": "folder"})
    other: Path | None = None
    inner: list[Inner] = Field(default_factory=list[Inner])


def digest(config: Config, project: Path) -> dict[str, str]:
    """Return the digests of the data that a config names."""
    return digest_external_data((path for path, _ in config.data_paths()), project)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with two folders of one file each."""
    for name in ("a", "b"):
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "file").write_text(name)
    return tmp_path / "data"


def test_folders_with_files_are_named(data: Path) -> None:
    """Every folder with files has an entry, relative to the project."""
    assert list(digest(Outer(data=data), data.parent)) == ["data/a", "data/b"]


def test_undeclared_paths_do_not_count(data: Path) -> None:
    """A path that is not declared as data is not read."""
    assert digest(Outer(other=data), data.parent) == {}


def test_configs_in_lists_count(data: Path) -> None:
    """A config inside a list may name data too."""
    assert list(digest(Outer(inner=[Inner(folder=data / "b")]), data.parent)) == ["data/b"]


def test_hidden_files_and_artifacts_do_not_count(data: Path) -> None:
    """Hidden files and artifacts do not change the digests."""
    before = digest(Outer(data=data.parent), data.parent)
    (data / "a" / ".hidden").touch()
    (data.parent / "artifacts").mkdir()
    (data.parent / "artifacts" / "file").touch()
    assert digest(Outer(data=data.parent), data.parent) == before


def test_the_cache_returns_the_same_digests(data: Path) -> None:
    """The cached digests are those of the first reading."""
    (data.parent / "artifacts").mkdir()
    first = digest(Outer(data=data), data.parent)
    assert digest(Outer(data=data), data.parent) == first


def test_a_renamed_file_counts(data: Path) -> None:
    """Renaming a file changes the digest of its folder."""
    before = digest(Outer(data=data), data.parent)
    (data / "a" / "file").rename(data / "a" / "name")
    after = digest(Outer(data=data), data.parent)
    assert [name for name in after if after[name] != before[name]] == ["data/a"]


def test_a_loop_of_links_ends(data: Path) -> None:
    """A link to a parent folder is entered once."""
    (data / "a" / "up").symlink_to(data)
    assert set(digest(Outer(data=data), data.parent)) == {"data/a", "data/b", "data/a/up"}


def test_missing_data_is_not_an_error(tmp_path: Path) -> None:
    """Missing data has no entry; the stage itself reports it."""
    assert digest(Outer(data=tmp_path / "none"), tmp_path) == {}
