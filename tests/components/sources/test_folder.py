"""Pictures of one's own: which are taken, under which label, into which split, and what is said of the rest."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from components.ingest import IngestConfig
from components.sources.folder import read_folder
from components.sources.source_result import SourceResult
from inference.reading import read_picture
from learning.synthetic.encoding import encode_jpeg, encode_png
from schemas.errors import InputError
from tests.components.sources.own_pictures import Own, take_in
from tests.samples import draw_digit, write_digits

COUNTS = {"3": 10, "7": 5, "10": 5}
JUNK = {"3/notes.txt": b"text", "3/.hidden.png": b"", "readme.md": b"", "7/Thumbs.db": b"x"}


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of pictures with what lies in such folders beside them; tests change nothing in it."""
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
    """Take that folder in."""
    return take_in(tmp_path_factory.mktemp("own"), source="folder", folder=mine)


def read(folder: Path, share: float = 0.2, seed: int = 0) -> SourceResult:
    """Read a folder."""
    return read_folder(folder, share, seed)


def ids_of(taken: SourceResult, split: str) -> list[str]:
    """Give the ids of a split."""
    return taken.splits[split].ids


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
    """A picture is what the front end makes of its file."""
    for image, name in zip(own.test.images, own.test.ids, strict=True):
        np.testing.assert_array_equal(image, read_picture((mine / name).read_bytes()).image)


def test_a_share_of_each_label_is_held_out(own: Own) -> None:
    """A fifth of each label's pictures is tested on."""
    assert own.record.splits["test"].classes == {"3": 2, "7": 1, "10": 1}


def test_what_cannot_be_read_is_listed_with_its_reason(own: Own) -> None:
    """Broken, blank and missing files are named in the statistics, each with why."""
    [source] = own.record.sources
    assert {each.path: each.reason for each in source.unreadable} == {
        "3/blank.png": "blank: no ink found",
        "3/broken.png": "cut short",
        "3/gone.png": "No such file or directory",
    }


def test_what_cannot_be_read_is_counted(own: Own) -> None:
    """A warning says how many of how many pictures cannot be read."""
    assert "mine: 3 of 24 pictures cannot be read: 3/blank.png (blank: no ink found)" in own.warned


def test_hidden_and_other_files_are_counted(own: Own) -> None:
    """Hidden files and folders, and names that are no pictures', are skipped and counted."""
    assert own.record.sources[0].skipped == len(JUNK) + 1


def test_a_label_without_pictures_is_told(own: Own) -> None:
    """An empty folder is no class, and is warned of."""
    assert "mine: no pictures in 8" in own.warned


def test_the_source_is_named(own: Own) -> None:
    """The statistics name the folder, but not where it lies."""
    assert own.record.source.dataset == "the pictures in mine"


def test_warnings_and_progress_are_told(mine: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each warning is told once, and the last picture is reported."""
    with caplog.at_level(logging.DEBUG, "digits"):
        own = take_in(tmp_path, source="folder", folder=mine)
    told = [record.getMessage() for record in caplog.records]
    assert [told.count(f"warning: {warning}") for warning in own.record.warnings] == [1, 1]
    assert "picture 24/24" in told


def test_the_same_seed_draws_the_same_split(mine: Path) -> None:
    """The draw depends on the seed alone."""
    assert ids_of(read(mine), "test") == ids_of(read(mine), "test")


def test_another_seed_draws_another_split(mine: Path) -> None:
    """Another seed holds out other pictures."""
    assert ids_of(read(mine, 0.5, seed=1), "test") != ids_of(read(mine, 0.5), "test")


def test_a_picture_more_moves_hardly_another(mine: Path, tmp_path: Path) -> None:
    """One more picture moves at most one other into the test split, and at most one out of it."""
    before = set(ids_of(read(mine, 0.5), "test"))
    more = shutil.copytree(mine, tmp_path / "more", symlinks=True)
    (more / "3" / "new.png").write_bytes(encode_png(draw_digit("3", 30)))
    assert len(before ^ set(ids_of(read(more, 0.5), "test"))) <= 2


def test_copies_stay_on_one_side(tmp_path: Path) -> None:
    """A picture that is there twice is never in both splits."""
    folder = write_digits(tmp_path / "twice", {"1": 6})
    for path in sorted((folder / "1").iterdir()):
        shutil.copy(path, path.with_name(f"copy-of-{path.name}"))
    assert take_in(tmp_path / "out", source="folder", folder=folder, test_share=0.5).record.overlap == 0


def test_no_share_gives_all_to_train(mine: Path) -> None:
    """A share of 0 holds nothing out."""
    assert ids_of(read(mine, 0), "test") == []


def test_train_and_test_folders_are_the_splits(tmp_path: Path) -> None:
    """What lies below train/ and test/ is train and test, whatever the share."""
    write_digits(tmp_path / "split" / "train", {"1": 4, "2": 4})
    write_digits(tmp_path / "split" / "test", {"1": 2, "2": 3}, first=10)
    taken = read(tmp_path / "split")
    assert (len(taken.splits["train"]), len(taken.splits["test"])) == (8, 5)
    assert ids_of(taken, "test")[0] == "test/1/10.png"


def test_a_train_folder_alone_is_split(tmp_path: Path) -> None:
    """Where there is train/ and no test/, a share of it is held out."""
    write_digits(tmp_path / "half" / "train", {"1": 5, "2": 5})
    assert len(ids_of(read(tmp_path / "half"), "test")) == 2


def test_train_may_be_a_label(tmp_path: Path) -> None:
    """A folder named train that holds pictures itself is a label."""
    assert read(write_digits(tmp_path / "cars", {"train": 3, "bus": 3})).splits["train"].classes == ("bus", "train")


def test_names_that_are_not_utf8_are_written_out(tmp_path: Path) -> None:
    """A file whose name is no text is read, and its id is text."""
    folder = write_digits(tmp_path / "odd", {"1": 3})
    os.rename(os.fsencode(folder / "1" / "00.png"), os.fsencode(folder / "1") + b"/\xff.png")  # noqa: PTH104
    own = take_in(tmp_path / "out", source="folder", folder=folder)
    assert r"1/\xff.png" in own.ids


def test_a_pipe_does_not_hold_it_up(tmp_path: Path) -> None:
    """A named pipe that is called like a picture is left out."""
    folder = write_digits(tmp_path / "pipe", {"1": 3})
    os.mkfifo(folder / "1" / "pipe.png")
    assert [each.reason for each in read(folder).unreadable] == ["not a file"]


def test_a_label_of_which_nothing_can_be_read_is_no_class(tmp_path: Path) -> None:
    """A label all of whose pictures are broken is left out, and warned of by its pictures."""
    folder = write_digits(tmp_path / "part", {"1": 3, "2": 3})
    (folder / "9").mkdir()
    (folder / "9" / "a.png").write_bytes(b"")
    own = take_in(tmp_path / "out", source="folder", folder=folder)
    assert own.train.classes == ("1", "2")
    assert "9/a.png (an empty file)" in own.warned


def test_nothing_readable_is_an_error(tmp_path: Path) -> None:
    """Where no picture can be read, the error says why of the first."""
    (tmp_path / "bad" / "1").mkdir(parents=True)
    (tmp_path / "bad" / "1" / "a.png").write_bytes(b"")
    with pytest.raises(InputError, match=r"no picture in .*bad can be read") as caught:
        read(tmp_path / "bad")
    assert caught.value.found == "1/a.png (an empty file)"


def test_no_folder_is_an_error(tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(InputError, match=r"nowhere is not a folder"):
        read(tmp_path / "nowhere")


def test_pictures_without_labels_are_an_error(tmp_path: Path) -> None:
    """Pictures that lie in no label's folder are counted, and the layout is shown."""
    (tmp_path / "a.png").write_bytes(encode_png(draw_digit("1")))
    with pytest.raises(InputError, match="no labelled pictures") as caught:
        read(tmp_path)
    assert (caught.value.found, caught.value.expected) == (
        "1 picture outside label folders",
        "LABEL/*.png, .jpg and so on",
    )


def test_a_label_beside_train_is_an_error(tmp_path: Path) -> None:
    """A third folder beside train/ and test/ is named, as what it is meant for is not known."""
    for name in ("train", "test", "val"):
        write_digits(tmp_path / "three" / name, {"1": 1})
    with pytest.raises(InputError, match="holds more than test and train") as caught:
        read(tmp_path / "three")
    assert caught.value.found == "val"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"source": "folder"}, "source: folder needs folder"),
        ({"source": "idx"}, "source: idx needs either folder or all of train_images"),
        ({"source": "idx", "folder": "x", "test_share": 0.1}, "test_share is not a setting of source: idx"),
        ({"folder": "x"}, "folder is not a setting of source: tfds"),
        ({"source": "idx", "train_images": "x"}, "source: idx needs either folder or all of train_images"),
        ({"source": "sample", "sources": [{"source": "sample"}]}, "source stands beside sources"),
        ({"sources": []}, "at least 1 item"),
        ({"source": "idx", "folder": "x", "classes": ["a", "a"]}, "classes contains a name twice"),
        ({"source": "folder", "folder": "x", "test_share": 1}, "less than 1"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, object], words: str) -> None:
    """What does not belong to the source, or is missing, is said at validation."""
    with pytest.raises(ValueError, match=words):
        IngestConfig.model_validate(settings)
