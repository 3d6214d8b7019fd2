"""When a value computed from a file is reused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from schemas.file_cache import TICK, FileCache

DAMAGED = ["", "{", "[]", "null", '["", []]', '["", {"a": 1}]', '["", {"a": [1, 2]}]', "\xff"]


class Counted:
    """Reads a file through a cache, and counts the reads."""

    def __init__(self, folder: Path, condition: str = "", tick: int = 0) -> None:
        self.reads = 0
        self.cache = FileCache(folder / "cache.json", condition, tick)

    def read(self, path: Path) -> str:
        """Return the text of a file, and save the cache."""
        value = self.cache.get(str(path), lambda: (self._read(path), [path]))
        self.cache.save()
        return value

    def _read(self, path: Path) -> str:
        self.reads += 1
        return path.read_text()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Make a file."""
    path = tmp_path / "file.txt"
    path.write_text("one")
    return path


def test_an_unchanged_file_is_not_read_again(file: Path) -> None:
    """The next process takes the value from the cache."""
    assert Counted(file.parent).read(file) == "one"
    after = Counted(file.parent)
    assert (after.read(file), after.reads) == ("one", 0)


def test_an_edited_file_is_read_again(file: Path) -> None:
    """An edited file is read again, even with the same size and time."""
    Counted(file.parent).read(file)
    before = file.stat()
    file.write_text("two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert Counted(file.parent).read(file) == "two"


def test_a_replaced_file_is_read_again(file: Path) -> None:
    """A file renamed onto another is read again."""
    Counted(file.parent).read(file)
    other = file.with_name("other.txt")
    other.write_text("two")
    other.replace(file)
    assert Counted(file.parent).read(file) == "two"


def test_a_file_changed_within_the_last_tick_is_not_cached(file: Path) -> None:
    """A file changed within the last tick of the clock is not cached: it could change again and keep its time."""
    Counted(file.parent, tick=TICK).read(file)
    assert not (file.parent / "cache.json").exists()


def test_another_condition_invalidates_the_cache(file: Path) -> None:
    """Values saved under another version of Python are not used."""
    Counted(file.parent, "3.11").read(file)
    after = Counted(file.parent, "3.12")
    assert (after.read(file), after.reads) == ("one", 1)


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_cache_is_ignored(file: Path, content: str) -> None:
    """An unreadable cache is ignored."""
    (file.parent / "cache.json").write_bytes(content.encode("latin-1"))
    assert Counted(file.parent).read(file) == "one"


def test_two_processes_may_save(file: Path) -> None:
    """If two processes save, the cache stays readable."""
    first, second = Counted(file.parent), Counted(file.parent)
    assert [each.read(file) for each in (first, second)] == ["one", "one"]
    after = Counted(file.parent)
    assert (after.read(file), after.reads) == ("one", 0)


def test_no_folder_is_made_for_the_cache(file: Path) -> None:
    """If the folder of the cache does not exist, nothing is saved."""
    Counted(file.parent / "none").read(file)
    assert not (file.parent / "none").exists()


def test_a_process_of_another_container_may_have_the_same_number(file: Path) -> None:
    """What a process of the same number has half written, in another container, does not keep this one from saving."""
    (file.parent / f"cache.{os.getpid()}.json").mkdir()
    Counted(file.parent).read(file)
    assert (file.parent / "cache.json").is_file()


def test_a_cache_that_cannot_be_saved_leaves_nothing(file: Path) -> None:
    """A cache that cannot be saved leaves no draft behind, nor an error."""
    (file.parent / "cache.json").mkdir()
    assert Counted(file.parent).read(file) == "one"
    assert sorted(path.name for path in file.parent.iterdir()) == ["cache.json", "file.txt"]
