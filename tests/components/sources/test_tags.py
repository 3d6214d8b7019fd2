"""Tags of one's own pictures: columns of the examples, for the gate to tell pictures apart by."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import InputError
from tests.components.sources.own_pictures import Own, take_in
from tests.samples import write_digits


def take_tagged(folder: Path, text: str) -> Own:
    """Take in five pictures of 3 and five of 7 with this tags.csv."""
    pictures = write_digits(folder / "mine", {"3": 5, "7": 5})
    (pictures / "tags.csv").write_text(text, encoding="utf-8")
    return take_in(folder / "out", source="folder", folder=pictures)


def tags_by_id(own: Own, column: str) -> dict[str, str]:
    """Give the tag of each picture of both splits."""
    return {
        name: tag for split in (own.train, own.test) for name, tag in zip(split.ids, split.tags[column], strict=True)
    }


def test_a_tag_stays_with_its_picture(tmp_path: Path) -> None:
    """Each picture has the tags of its row, in whichever split it is, and one without a row has the empty tag."""
    own = take_tagged(tmp_path, "path,light,pen\n3/01.png,night,red\n./7/04.png, day ,\n")
    light, pen = tags_by_id(own, "light"), tags_by_id(own, "pen")
    assert (light.pop("3/01.png"), light.pop("7/04.png"), set(light.values())) == ("night", "day", {""})
    assert (pen["3/01.png"], pen["7/04.png"]) == ("red", "")


def test_a_tags_file_is_no_skipped_file(tmp_path: Path) -> None:
    """The file itself is not counted as one that was left out."""
    assert take_tagged(tmp_path, "path,light\n").record.sources[0].skipped == 0


def test_a_folder_without_tags_has_no_columns(tmp_path: Path) -> None:
    """Examples that nobody tagged are as they were before there were tags."""
    assert not take_in(tmp_path, source="folder", folder=write_digits(tmp_path / "mine", {"3": 5, "7": 5})).train.tags


def test_a_mark_at_the_beginning_of_the_file_is_no_part_of_the_header(tmp_path: Path) -> None:
    """A byte order mark, as spreadsheets write it, does no harm."""
    assert set(take_tagged(tmp_path, "\ufeffpath,light\n3/01.png,night\n").train.tags) == {"light"}


@pytest.mark.parametrize(
    ("text", "said"),
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
def test_what_cannot_be_tags_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """A tags.csv that is wrong is an InputError that says where and why."""
    with pytest.raises(InputError, match=said):
        take_tagged(tmp_path, text)


def test_an_unknown_picture_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """A misspelt path names the picture that was probably meant."""
    with pytest.raises(InputError, match=r'did you mean "3/01.png"'):
        take_tagged(tmp_path, "path,light\n3/01.pgn,night\n")


def test_several_sources_are_told_apart_by_a_column(tmp_path: Path) -> None:
    """Each picture has its source as a tag, and the empty tag where its source has no such column."""
    mine, hers = write_digits(tmp_path / "mine", {"3": 5, "7": 5}), write_digits(tmp_path / "hers", {"3": 5}, first=9)
    (mine / "tags.csv").write_text("path,light\n3/01.png,night\n")
    own = take_in(tmp_path / "out", sources=[{"source": "folder", "folder": each} for each in (mine, hers)])
    sources, light = tags_by_id(own, "source"), tags_by_id(own, "light")
    assert all(name.startswith(f"{source}/") for name, source in sources.items())
    assert [name for name, tag in light.items() if tag] == ["mine/3/01.png"]
