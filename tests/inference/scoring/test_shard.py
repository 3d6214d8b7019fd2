"""Shards are cut so that a new file changes few of them, and survive writing and reading."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inference.scoring.shard import MOST, Shard, cut_shards
from inference.scoring.storage.disk import Entry, Listing

NAMES = [b"%05d.png" % number for number in range(20_000)]
names = st.binary(min_size=1, max_size=60).map(lambda name: name.replace(b"\0", b"0").replace(b"/", b"|"))
reasons = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


def _cut(names: list[bytes], size: int = 300, modified: int = 1) -> dict[str, Shard]:
    """Cut a folder of files of equal size, and return each shard by its content."""
    entries = [Entry(name, size, modified) for name in names]
    return {content: shard for shard, content, _ in cut_shards([Listing(b"a folder", iter(entries))])}


ALL = _cut(NAMES)


def test_every_file_is_in_one_shard_in_order() -> None:
    """The shards, in order, hold the files in the order of the listing."""
    assert [name for shard in ALL.values() for name, _ in shard.files] == NAMES


def test_shards_are_neither_few_nor_many() -> None:
    """A shard holds about 2,000 small files."""
    assert 5 <= len(ALL) <= 20


def test_a_new_file_changes_one_shard() -> None:
    """Wherever a file is added, only its shard changes."""
    for number in range(0, 20_000, 2503):
        changed = _cut(sorted([*NAMES, b"%05d-new.png" % number]))
        assert (len(set(ALL) - set(changed)), len(set(changed) - set(ALL))) == (1, 1)


def test_a_removed_file_changes_one_shard() -> None:
    """Removing a file that is not the last of its shard changes only that shard."""
    last = {shard.files[-1][0] for shard in ALL.values()}
    for name in set(NAMES[::2503]) - last:
        changed = _cut([each for each in NAMES if each != name])
        assert (len(set(ALL) - set(changed)), len(set(changed) - set(ALL))) == (1, 1)


def test_a_removed_last_file_joins_two_shards() -> None:
    """Removing the last file of a shard joins it to the next; all others stay."""
    first = next(iter(ALL.values()))
    changed = _cut([each for each in NAMES if each != first.files[-1][0]])
    assert (len(set(ALL) - set(changed)), len(set(changed) - set(ALL))) == (2, 1)


def test_a_rewritten_file_changes_one_shard() -> None:
    """A new modification time changes the content of one shard."""
    entries = [Entry(name, 300, 2 if name == NAMES[777] else 1) for name in NAMES]
    changed = {content for _, content, _ in cut_shards([Listing(b"a folder", iter(entries))])}
    assert (len(set(ALL) - changed), len(changed - set(ALL))) == (1, 1)


def test_the_same_files_elsewhere_are_another_shard() -> None:
    """The folder counts in a shard's content, because it counts in the paths of its rows."""
    [(_, one, _)] = cut_shards([Listing(b"one", iter([Entry(b"a.png", 1, 1)]))])
    [(_, other, _)] = cut_shards([Listing(b"other", iter([Entry(b"a.png", 1, 1)]))])
    assert one != other


def test_no_shard_is_larger_than_the_limit() -> None:
    """A shard ends at the limit if no name ends it earlier."""
    lasts = {shard.files[-1][0] for shard in ALL.values()}
    without_ends = [name for name in NAMES if name not in lasts]
    assert [len(shard) for shard in _cut(without_ends).values()] == [MOST, MOST, len(without_ends) - 2 * MOST]


def test_photos_are_few_to_a_shard() -> None:
    """A shard holds some dozens of files of 300 kB: each costs as much as many small ones."""
    assert 20 <= len(NAMES) / len(_cut(NAMES, size=300_000)) <= 50


def test_an_empty_folder_has_no_shard() -> None:
    """An empty folder is cut into no shards."""
    assert _cut([]) == {}


@given(folder=names, files=st.lists(st.tuples(names, reasons), max_size=5))
def test_a_shard_survives_the_round_trip(folder: bytes, files: list[tuple[bytes, str]]) -> None:
    """For any names and reasons, from_bytes reverses to_bytes."""
    shard = Shard(folder.replace(b"|", b"/"), tuple(files))
    assert Shard.from_bytes(shard.to_bytes()) == shard
