"""Tags of a user's pictures: columns of the examples, by which the gate can slice."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import InputError
from tests.components.sources.own_pictures import Own, ingest_own
from tests.samples import write_digits


def ingest_tagged(folder: Path, text: str) -> Own:
    """Ingest five pictures of 3 and five of 7 with this tags.csv."""
    pictures = write_digits(folder / "mine", {"3": 5, "7": 5})
    (pictures / "tags.csv").write_text(text, encoding="utf-8")
    return ingest_own(folder / "out", source="folder", folder=pictures)


def tags_by_id(own: Own, column: str) -> dict[str, str]:
    """Return the tag of each picture of both splits."""
    return {
        name: tag for split in (own.train, own.test) for name, tag in zip(split.ids, split.tags[column], strict=True)
    }


def test_a_tag_stays_with_its_picture(tmp_path: Path) -> None:
    """In both splits, a picture has the tags of its row, and without a row the empty tag."""
    own = ingest_tagged(tmp_path, "path,light,pen\n3/01.png,night,red\n./7/04.png, day ,\n")
    light, pen = tags_by_id(own, "light"), tags_by_id(own, "pen")
    assert (light.pop("3/01.png"), light.pop("7/04.png"), set(light.values())) == ("night", "day", {""})
    assert (pen["3/01.png"], pen["7/04.png"]) == ("red", "")


def test_a_tags_file_is_not_a_skipped_file(tmp_path: Path) -> None:
    """tags.csv does not count as a skipped file."""
    assert ingest_tagged(tmp_path, "path,light\n").record.sources[0].skipped == 0


def test_a_folder_without_tags_has_no_columns(tmp_path: Path) -> None:
    """Examples without tags have no columns of tags."""
    assert not ingest_own(
        tmp_path, source="folder", folder=write_digits(tmp_path / "mine", {"3": 5, "7": 5})
    ).train.tags


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    """A byte order mark, as spreadsheets write it, is not part of the header."""
    assert set(ingest_tagged(tmp_path, "\ufeffpath,light\n3/01.png,night\n").train.tags) == {"light"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no valid header"),
        ("path\n3/01.png\n", "no valid header"),
        ("light,path\nnight,3/01.png\n", "no valid header"),
        ("path,light,light\n", "each tag needs a unique name"),
        ("path,,light\n", "each tag needs a unique name"),
        ("path,digit\n", "cannot be named digit"),
        ("path,source\n", "cannot be named source"),
        ("path,light\n3/01.png\n", "tags.csv:2: wrong number of cells"),
        ("path,light\n3/01.png,day\n\n3/1.png,day\n", "tags.csv:4: there is no picture 3/1.png"),
        ("path,light\n3/01.png,day\n3/01.png,night\n", "tags.csv:3: 3/01.png already has a row"),
        ('path,light\n"3/01.png,day\n', "cannot be read"),
    ],
)
def test_an_invalid_tags_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """An invalid tags.csv is an InputError that says where and why."""
    with pytest.raises(InputError, match=words):
        ingest_tagged(tmp_path, text)


def test_an_unknown_picture_suggests_the_nearest(tmp_path: Path) -> None:
    """For a misspelt path, the error suggests the nearest picture."""
    with pytest.raises(InputError, match=r'did you mean "3/01.png"'):
        ingest_tagged(tmp_path, "path,light\n3/01.pgn,night\n")


def test_several_sources_have_a_column_of_sources(tmp_path: Path) -> None:
    """Each picture has its source as a tag, and the empty tag in columns that its source lacks."""
    mine, hers = write_digits(tmp_path / "mine", {"3": 5, "7": 5}), write_digits(tmp_path / "hers", {"3": 5}, first=9)
    (mine / "tags.csv").write_text("path,light\n3/01.png,night\n")
    own = ingest_own(tmp_path / "out", sources=[{"source": "folder", "folder": each} for each in (mine, hers)])
    sources, light = tags_by_id(own, "source"), tags_by_id(own, "light")
    assert all(name.startswith(f"{source}/") for name, source in sources.items())
    assert [name for name, tag in light.items() if tag] == ["mine/3/01.png"]
