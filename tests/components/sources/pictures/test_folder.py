"""A user's folder of pictures: labels, splits, and reports on what cannot be read."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from components.ingest import IngestConfig
from components.sources.pictures.folder import read_folder
from components.sources.source_result import SourceResult
from inference.reading import read_picture
from learning.synthetic.encoding import encode_jpeg, encode_png
from schemas.errors import InputError
from tests.components.sources.own_pictures import Own, ingest_own
from tests.samples import draw_digit, write_digits

COUNTS = {"3": 10, "7": 5, "10": 5}
JUNK = {"3/notes.txt": b"text", "3/.hidden.png": b"", "readme.md": b"", "7/Thumbs.db": b"x"}


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of pictures with the usual other files next to them; tests do not change it."""
    folder = write_digits(tmp_path_factory.mktemp("folder") / "mine", COUNTS)
    (folder / "7" / "photo.JPG").write_bytes(encode_jpeg(draw_digit("7", 20), 95))
    (folder / "3" / "broken.png").write_bytes(encode_png(draw_digit("3"))[:200])
    (folder / "3" / "blank.png").write_bytes(encode_png(np.full((40, 40), 255, np.uint8)))
    (folder / "3" / "gone.png").symlink_to("nowhere.png")
    (folder / "8").mkdir()
    (folder / ".git" / "3").mkdir(parents=True)
    for name, content in JUNK.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def own(mine: Path, tmp_path_factory: pytest.TempPathFactory) -> Own:
    """Ingest that folder."""
    return ingest_own(tmp_path_factory.mktemp("own"), source="folder", folder=mine)


def read(folder: Path, share: float = 0.2, seed: int = 0) -> SourceResult:
    """Read a folder."""
    return read_folder(folder, share, seed)


def ids_of(result: SourceResult, split: str) -> list[str]:
    """Return the ids of a split."""
    return result.splits[split].ids


def test_labels_are_the_folders_in_natural_order(own: Own) -> None:
    """The classes are the names of the folders with pictures, 7 before 10."""
    assert own.train.classes == own.test.classes == ("3", "7", "10")


def test_ids_are_paths(own: Own) -> None:
    """A picture's id is its path in the folder."""
    assert own.ids == sorted([f"{label}/{i:02}.png" for label, n in COUNTS.items() for i in range(n)] + ["7/photo.JPG"])


def test_labels_stay_with_their_pictures(own: Own) -> None:
    """Every picture has the label of its folder."""
    for split in (own.train, own.test):
        assert [split.classes[label] for label in split.labels] == [name.split("/")[0] for name in split.ids]


def test_pictures_go_through_the_front_end(own: Own, mine: Path) -> None:
    """A picture is what read_picture makes of its file."""
    for image, name in zip(own.test.images, own.test.ids, strict=True):
        np.testing.assert_array_equal(image, read_picture((mine / name).read_bytes()).image)


def test_a_share_of_each_label_is_held_out(own: Own) -> None:
    """A fifth of each label's pictures is in the test split."""
    assert own.record.splits["test"].classes == {"3": 2, "7": 1, "10": 1}


def test_unreadable_files_are_listed_with_reasons(own: Own) -> None:
    """The statistics list broken, blank and missing files with their reasons."""
    [source] = own.record.sources
    assert {each.path: each.reason for each in source.unreadable} == {
        "3/blank.png": "blank: no ink found",
        "3/broken.png": "cut short",
        "3/gone.png": "No such file or directory",
    }


def test_unreadable_files_are_counted(own: Own) -> None:
    """A warning states how many of how many pictures cannot be read."""
    assert "mine: 3 of 24 pictures cannot be read: 3/blank.png (blank: no ink found)" in own.warned


def test_hidden_and_other_files_are_counted(own: Own) -> None:
    """Hidden files and folders, and files not named like pictures, are skipped and counted."""
    assert own.record.sources[0].skipped == len(JUNK) + 1


def test_a_label_without_pictures_is_reported(own: Own) -> None:
    """An empty folder is not a class, and a warning names it."""
    assert "mine: no pictures in 8" in own.warned


def test_the_source_is_named(own: Own) -> None:
    """The statistics name the folder, but not its path."""
    assert own.record.source.dataset == "the pictures in mine"


def test_warnings_and_progress_are_reported(mine: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each warning is logged once, and progress reaches the last picture."""
    with caplog.at_level(logging.DEBUG, "digits"):
        own = ingest_own(tmp_path, source="folder", folder=mine)
    messages = [record.getMessage() for record in caplog.records]
    assert [messages.count(f"warning: {warning}") for warning in own.record.warnings] == [1, 1]
    assert "picture 24/24" in messages


def test_the_same_seed_draws_the_same_split(mine: Path) -> None:
    """The same seed holds out the same pictures."""
    assert ids_of(read(mine), "test") == ids_of(read(mine), "test")


def test_another_seed_draws_another_split(mine: Path) -> None:
    """Another seed holds out other pictures."""
    assert ids_of(read(mine, 0.5, seed=1), "test") != ids_of(read(mine, 0.5), "test")


def test_a_new_picture_moves_few_others(mine: Path, tmp_path: Path) -> None:
    """A new picture changes at most two members of the test split."""
    before = set(ids_of(read(mine, 0.5), "test"))
    more = shutil.copytree(mine, tmp_path / "more", symlinks=True)
    (more / "3" / "new.png").write_bytes(encode_png(draw_digit("3", 30)))
    assert len(before ^ set(ids_of(read(more, 0.5), "test"))) <= 2


def test_copies_stay_in_one_split(tmp_path: Path) -> None:
    """A picture and its copy are never in different splits."""
    folder = write_digits(tmp_path / "twice", {"1": 6, "2": 6})
    for path in sorted((folder / "1").iterdir()):
        shutil.copy(path, path.with_name(f"copy-of-{path.name}"))
    assert ingest_own(tmp_path / "out", source="folder", folder=folder, test_share=0.5).record.overlap == 0


def test_a_share_of_zero_holds_nothing_out(mine: Path) -> None:
    """With a share of 0 the test split is empty."""
    assert ids_of(read(mine, 0), "test") == []


def test_train_and_test_folders_are_the_splits(tmp_path: Path) -> None:
    """Pictures below train/ and test/ form these splits, whatever the share."""
    write_digits(tmp_path / "split" / "train", {"1": 4, "2": 4})
    write_digits(tmp_path / "split" / "test", {"1": 2, "2": 3}, first=10)
    result = read(tmp_path / "split")
    assert (len(result.splits["train"]), len(result.splits["test"])) == (8, 5)
    assert ids_of(result, "test")[0] == "test/1/10.png"


def test_a_train_folder_alone_is_split(tmp_path: Path) -> None:
    """If there is train/ and no test/, a share of train/ is held out."""
    write_digits(tmp_path / "half" / "train", {"1": 5, "2": 5})
    assert len(ids_of(read(tmp_path / "half"), "test")) == 2


def test_train_may_be_a_label(tmp_path: Path) -> None:
    """A folder named train that holds pictures itself is a label."""
    assert read(write_digits(tmp_path / "cars", {"train": 3, "bus": 3})).splits["train"].classes == ("bus", "train")


def test_names_that_are_not_utf8_are_escaped(tmp_path: Path) -> None:
    """A file whose name is not UTF-8 is read, and its id is escaped text."""
    folder = write_digits(tmp_path / "odd", {"1": 3, "2": 3})
    os.rename(os.fsencode(folder / "1" / "00.png"), os.fsencode(folder / "1") + b"/\xff.png")  # noqa: PTH104
    own = ingest_own(tmp_path / "out", source="folder", folder=folder)
    assert r"1/\xff.png" in own.ids


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    """A named pipe called like a picture is not read."""
    folder = write_digits(tmp_path / "pipe", {"1": 3})
    os.mkfifo(folder / "1" / "pipe.png")
    assert [each.reason for each in read(folder).unreadable] == ["not a file"]


def test_a_label_without_readable_pictures_is_not_a_class(tmp_path: Path) -> None:
    """A label with only broken pictures is left out, and a warning names the pictures."""
    folder = write_digits(tmp_path / "part", {"1": 3, "2": 3})
    (folder / "9").mkdir()
    (folder / "9" / "a.png").write_bytes(b"")
    own = ingest_own(tmp_path / "out", source="folder", folder=folder)
    assert own.train.classes == ("1", "2")
    assert "9/a.png (an empty file)" in own.warned


def test_nothing_readable_is_an_error(tmp_path: Path) -> None:
    """If no picture can be read, the error gives the reason of the first."""
    (tmp_path / "bad" / "1").mkdir(parents=True)
    (tmp_path / "bad" / "1" / "a.png").write_bytes(b"")
    with pytest.raises(InputError, match=r"no picture in .*bad can be read") as caught:
        read(tmp_path / "bad")
    assert caught.value.found == "1/a.png (an empty file)"


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    """The error names the missing folder."""
    with pytest.raises(InputError, match=r"nowhere is not a folder"):
        read(tmp_path / "nowhere")


def test_pictures_without_labels_are_an_error(tmp_path: Path) -> None:
    """Pictures outside label folders are counted, and the error shows the expected layout."""
    (tmp_path / "a.png").write_bytes(encode_png(draw_digit("1")))
    with pytest.raises(InputError, match="no labelled pictures") as caught:
        read(tmp_path)
    assert (caught.value.found, caught.value.expected) == (
        "1 picture outside label folders",
        "LABEL/*.png, .jpg and so on",
    )


def test_a_label_next_to_train_is_an_error(tmp_path: Path) -> None:
    """The error names a third folder next to train/ and test/ that is no split."""
    for name in ("train", "test", "extra"):
        write_digits(tmp_path / "three" / name, {"1": 1})
    with pytest.raises(InputError, match="holds more than test and train") as caught:
        read(tmp_path / "three")
    assert caught.value.found == "extra"


def test_valid_joins_train_beside_test(tmp_path: Path) -> None:
    """Pictures of valid/ are training pictures if there is test/, and a note says so."""
    for number, name in enumerate(("train", "test", "valid")):
        write_digits(tmp_path / "three" / name, {"1": 2, "2": 2}, first=10 * number)
    result = read(tmp_path / "three")
    assert [len(result.splits[name]) for name in ("train", "test")] == [8, 4]
    assert "valid/1/20.png" in ids_of(result, "train")
    assert result.warnings[0].startswith("three: the pictures of valid/ join the training pictures")


def test_valid_is_the_test_split_without_test(tmp_path: Path) -> None:
    """Pictures of val/ are the test split if there is no test/, and a note says so."""
    write_digits(tmp_path / "two" / "train", {"1": 3, "2": 3})
    write_digits(tmp_path / "two" / "val", {"1": 1, "2": 1}, first=10)
    result = read(tmp_path / "two")
    assert ids_of(result, "test") == ["val/1/10.png", "val/2/10.png"]
    assert result.warnings == ("two: the pictures of val/ are the test split, for there is no test/",)


@pytest.mark.parametrize("names", [("train", "test"), ("train",), ("Training", "valid")])
def test_splits_without_labels_are_an_error(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Folders called like splits that hold pictures and no label folders are no classes."""
    write_digits(tmp_path / "flat", dict.fromkeys(names, 2))
    with pytest.raises(InputError, match="have no labels") as caught:
        read(tmp_path / "flat")
    assert "2 pictures in" in caught.value.found
    assert "labels: FILE.csv" in caught.value.do


def test_a_test_folder_without_labels_is_an_error(tmp_path: Path) -> None:
    """Label folders in train/ do not make test/ a label, nor its pictures test pictures."""
    write_digits(tmp_path / "half" / "train", {"1": 2, "2": 2})
    write_digits(tmp_path / "half", {"test": 3})
    with pytest.raises(InputError, match=r"the pictures in test/ have no labels"):
        read(tmp_path / "half")


def test_one_class_is_an_error(tmp_path: Path) -> None:
    """A folder with one label is refused: the error says how to write labels."""
    with pytest.raises(InputError, match="there is only one class, images") as caught:
        ingest_own(tmp_path / "out", source="folder", folder=write_digits(tmp_path / "mine", {"images": 5}))
    assert "set labels: FILE.csv" in caught.value.do


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"source": "folder", "folder": "x", "file": "y"}, "source: folder needs folder"),
        ({"source": "folder", "folder": "x", "label": "digit"}, "set labels too"),
        ({"source": "folder", "folder": "x", "labels": "a.csv", "pattern": "(.)"}, "set one of them"),
        ({"source": "folder", "folder": "x", "pattern": "digit"}, "pattern needs one group"),
        ({"source": "folder", "folder": "x", "pattern": "(digit"}, "not a regular expression"),
        ({"source": "folder", "folder": "x", "ink": "dark"}, "ink is not a setting of source: folder"),
        ({"source": "csv"}, "source: csv needs file"),
        ({"source": "npz", "folder": "x"}, "folder is not a setting of source: npz"),
        ({"source": "parquet", "file": "x", "folder": "y"}, "source: parquet needs file"),
        ({"source": "folder"}, "source: folder needs folder"),
        ({"source": "idx"}, "source: idx needs either folder or all of train_images"),
        ({"source": "idx", "folder": "x", "test_share": 0.1}, "test_share is not a setting of source: idx"),
        ({"folder": "x"}, "folder is not a setting of source: tfds"),
        ({"source": "idx", "train_images": "x"}, "source: idx needs either folder or all of train_images"),
        ({"source": "sample", "sources": [{"source": "sample"}]}, "source cannot be set next to sources"),
        ({"sources": []}, "at least 1 item"),
        ({"source": "idx", "folder": "x", "classes": ["a", "a"]}, "classes contains a name twice"),
        ({"source": "folder", "folder": "x", "test_share": 1}, "less than 1"),
    ],
)
def test_invalid_settings_are_refused(settings: dict[str, object], words: str) -> None:
    """Settings that are missing or do not belong to the source are refused at validation."""
    with pytest.raises(ValueError, match=words):
        IngestConfig.model_validate(settings)
