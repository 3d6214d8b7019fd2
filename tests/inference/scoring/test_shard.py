"""Shards are cut where a new file changes few of them, and are what was listed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inference.scoring.shard import MOST, Shard, cut_shards
from inference.scoring.storage.disk import Entry, Listing

NAMES = [b"%05d.png" % number for number in range(20_000)]
names = st.binary(min_size=1, max_size=60).map(lambda name: name.replace(b"\0", b"0").replace(b"/", b"|"))
reasons = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


def _cut(names: list[bytes], size: int = 300, modified: int = 1) -> dict[str, Shard]:
    """Cut files of equal size; gives each shard by its content."""
    entries = [Entry(name, size, modified) for name in names]
    return {content: shard for shard, content, _ in cut_shards([Listing(b"a folder", iter(entries))])}


ALL = _cut(NAMES)


def test_every_file_is_in_one_shard_in_order() -> None:
    """The shards, one after the other, hold the files as they were listed."""
    assert [name for shard in ALL.values() for name, _ in shard.files] == NAMES


def test_shards_are_neither_few_nor_many() -> None:
    """Small files are about 2,000 to a shard."""
    assert 5 <= len(ALL) <= 20


def test_a_new_file_changes_one_shard() -> None:
    """A file more changes the shard in which it lies and no other, wherever it is."""
    for number in range(0, 20_000, 2503):
        changed = _cut(sorted([*NAMES, b"%05d-new.png" % number]))
        assert (len(set(ALL) - set(changed)), len(set(changed) - set(ALL))) == (1, 1)


def test_a_removed_file_changes_one_shard() -> None:
    """A file less changes the shard in which it lay and no other, unless it was the last of one."""
    last = {shard.files[-1][0] for shard in ALL.values()}
    for name in set(NAMES[::2503]) - last:
        changed = _cut([each for each in NAMES if each != name])
        assert (len(set(ALL) - set(changed)), len(set(changed) - set(ALL))) == (1, 1)


def test_a_removed_last_file_joins_two_shards() -> None:
    """Where a shard ended, it and the next become one; all others stay."""
    first = next(iter(ALL.values()))
    changed = _cut([each for each in NAMES if each != first.files[-1][0]])
    assert (len(set(ALL) - set(changed)), len(set(changed) - set(ALL))) == (2, 1)


def test_a_file_that_was_written_again_changes_one_shard() -> None:
    """Another time of one file is another content of its shard."""
    entries = [Entry(name, 300, 2 if name == NAMES[777] else 1) for name in NAMES]
    changed = {content for _, content, _ in cut_shards([Listing(b"a folder", iter(entries))])}
    assert (len(set(ALL) - changed), len(changed - set(ALL))) == (1, 1)


def test_the_same_files_elsewhere_are_another_shard() -> None:
    """The folder is part of what a shard is, because it is part of the paths in its part."""
    [(_, one, _)] = cut_shards([Listing(b"one", iter([Entry(b"a.png", 1, 1)]))])
    [(_, other, _)] = cut_shards([Listing(b"other", iter([Entry(b"a.png", 1, 1)]))])
    assert one != other


def test_no_shard_is_larger_than_the_most() -> None:
    """Where no name ends a shard, its size does."""
    lasts = {shard.files[-1][0] for shard in ALL.values()}
    without_ends = [name for name in NAMES if name not in lasts]
    assert [len(shard) for shard in _cut(without_ends).values()] == [MOST, MOST, len(without_ends) - 2 * MOST]


def test_photos_are_few_to_a_shard() -> None:
    """Files of 300 kB are some dozens to a shard: each costs as much as many small ones."""
    assert 20 <= len(NAMES) / len(_cut(NAMES, size=300_000)) <= 50


def test_an_empty_folder_has_no_shard() -> None:
    """Without files there is nothing to score."""
    assert _cut([]) == {}


@given(folder=names, files=st.lists(st.tuples(names, reasons), max_size=5))
def test_a_shard_is_read_as_it_was_written(folder: bytes, files: list[tuple[bytes, str]]) -> None:
    """Whatever the names and the reasons, from_bytes gives what to_bytes was given."""
    shard = Shard(folder.replace(b"|", b"/"), tuple(files))
    assert Shard.from_bytes(shard.to_bytes()) == shard
