"""Every file in a folder gets a row and a reason, and none stops the others."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference.model.bundle import LoadedBundle
from inference.model.reader import Reader
from inference.scoring.part import Columns, Task, score_shard
from inference.scoring.shard import cut_shards
from inference.scoring.storage.atomic_file import write_atomically
from inference.scoring.storage.disk import Disk
from schemas.artifacts.predictions import path_of_name
from tests.inference.pictures import as_file, bomb, files, sample, seven
from tests.inference.scoring.folders import as_nobody, parts_of, read_rows, score

DIGIT = as_file(sample()[2100], "PNG")
LINK = "a link: read with --follow"
LONG = "a" * 251 + ".png"


def _flipped(data: bytes) -> bytes:
    at = data.index(b"IDAT") + 20
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x112] = 6
    return as_file(np.rot90(seven()).copy(), "JPEG", exif=exif)


CONTENTS = {
    "a text.png": (b"two pints of milk, and bread\n" * 9, "unreadable", "a text file"),
    "a web page.jpg": (b"<!DOCTYPE html><html></html>", "unreadable", "a web page"),
    "bomb.png": (bomb("PNG", 19_999, 19_999), "unreadable", "19999x19999 pixels, at most 50 million: make it smaller"),
    "broad.png": (bomb("PNG", 30_000, 10), "unreadable", "30000x10 pixels, at most 20000 a side: make it smaller"),
    "cut.png": (DIGIT[: len(DIGIT) // 2], "unreadable", "cut short"),
    "empty.png": (b"", "unreadable", "an empty file"),
    "flipped.png": (_flipped(DIGIT), "unreadable", "damaged"),
    "huge.png": (DIGIT + bytes(64 * 2**20), "unreadable", "more than 64 MiB"),
    "blank.png": (as_file(np.full((90, 90), 255, np.uint8), "PNG"), "unsure", "blank page"),
    "notes.txt": (b"two pints of milk", "skipped", "not named like a picture"),
    ".hidden.png": (DIGIT, "skipped", "hidden"),
    "README": (b"two pints of milk", "skipped", "not a picture"),
    "digit": (DIGIT, "answered", None),
    "jpeg.png": (as_file(seven(), "JPEG"), "answered", None),
    "turned.jpg": (_turned(), "answered", None),
    "new\nline.png": (DIGIT, "answered", None),
    os.fsdecode(b"\xff\xe9\\.png"): (DIGIT, "answered", None),
    LONG: (DIGIT, "answered", None),
    **{f"{kind}.{kind.split()[0].lower()}": (data, "answered", None) for kind, data in files().items()},
}
OTHERS = {
    "folder.png": ("skipped", "a folder"),
    "fifo.png": ("skipped", "a FIFO"),
    "socket.png": ("skipped", "a socket"),
    "dangling.png": ("skipped", LINK),
    "loop.png": ("skipped", LINK),
    "out.png": ("skipped", LINK),
    "outside": ("skipped", LINK),
}
FOLLOWED = {
    "dangling.png": ("unreadable", "gone, or a dangling link"),
    "loop.png": ("unreadable", "a loop of links"),
    "out.png": ("answered", None),
    "outside/there.png": ("answered", None),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a file of each kind."""
    folder, outside = tmp_path_factory.mktemp("bad") / "all", tmp_path_factory.mktemp("outside")
    folder.mkdir()
    for name, (data, _, _) in CONTENTS.items():
        (folder / name).write_bytes(data)
    (outside / "there.png").write_bytes(DIGIT)
    (folder / "folder.png").mkdir()
    os.mkfifo(folder / "fifo.png")
    _make_socket(folder / "socket.png")
    for name, target in {"dangling.png": "nowhere", "loop.png": "loop.png", "out.png": outside / "there.png"}.items():
        (folder / name).symlink_to(target)
    (folder / "outside").symlink_to(outside)
    return folder


@pytest.fixture(scope="module")
def rows(folder: Path, loaded: LoadedBundle) -> dict[str, dict[str, Any]]:
    """Return the rows of that folder by the names of its files."""
    score(folder, loaded, folder.parent / "rows.parquet", sha256=True)
    return _by_name(folder.parent / "rows.parquet")


@pytest.fixture(scope="module")
def followed(folder: Path, loaded: LoadedBundle) -> dict[str, dict[str, Any]]:
    """Return the rows of that folder with links followed."""
    (folder / "outside" / "again").symlink_to(folder)
    score(folder, loaded, folder.parent / "followed.parquet", follow=True)
    return _by_name(folder.parent / "followed.parquet")


def _by_name(out: Path) -> dict[str, dict[str, Any]]:
    return {path_of_name(path): row for path, row in read_rows(out).items()}


def _make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        before = Path.cwd()
        os.chdir(path.parent)  # a socket's path has at most 107 bytes
        made.bind(path.name)
        os.chdir(before)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_has_its_decision_and_reason(name: str, rows: dict[str, dict[str, Any]]) -> None:
    """Each kind of file has its own decision and reason."""
    assert (rows[name]["decision"], rows[name]["reason"]) == CONTENTS[name][1:]


@pytest.mark.parametrize("name", OTHERS)
def test_an_entry_that_is_not_a_file_has_a_reason(name: str, rows: dict[str, dict[str, Any]]) -> None:
    """Folders named like pictures, links, FIFOs and sockets are skipped with a reason."""
    assert (rows[name]["decision"], rows[name]["reason"]) == OTHERS[name]


@pytest.mark.parametrize("name", FOLLOWED)
def test_links_are_followed_on_request(name: str, followed: dict[str, dict[str, Any]]) -> None:
    """With --follow, a link has the row of its target, or the reason why it has none."""
    assert (followed[name]["decision"], followed[name]["reason"]) == FOLLOWED[name]


def test_each_file_has_one_row(folder: Path, rows: dict[str, dict[str, Any]]) -> None:
    """There is exactly one row for each name in the folder."""
    assert set(rows) == {path.name for path in folder.iterdir()}


def test_a_folder_is_entered_once(followed: dict[str, dict[str, Any]]) -> None:
    """A link back to a visited folder adds no second row of its files."""
    assert not [name for name in followed if "again/" in name]


def test_the_format_comes_from_the_content(rows: dict[str, dict[str, Any]]) -> None:
    """A JPEG named .png is reported as a JPEG with its own size."""
    row = rows["jpeg.png"]
    assert (row["format"], row["width"], row["height"], row["digit"]) == ("JPEG", 200, 200, "7")


def test_unread_files_have_no_answer(rows: dict[str, dict[str, Any]]) -> None:
    """Unreadable and skipped files have no digit, confidence, runner-up or format."""
    known = {
        (name, column)
        for name, row in rows.items()
        for column in ("digit", "guess", "confidence", "runner_up", "format")
        if row["decision"] in {"unreadable", "skipped"} and row[column] is not None
    }
    assert known == set()


def test_a_device_is_skipped(tmp_path: Path, loaded: LoadedBundle) -> None:
    """A device named like a picture is skipped."""
    try:
        os.mknod(tmp_path / "null.png", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("needs the right to make a device")
    score(tmp_path, loaded, tmp_path / "out.parquet")
    assert read_rows(tmp_path / "out.parquet")["null.png"]["reason"] == "a device"


def test_without_permission_a_file_is_unreadable(loaded: LoadedBundle, reader: Reader) -> None:
    """A file and a folder without read permission have a row that says so, and their neighbours are read."""
    del reader  # the fixture imports everything before the rights are gone
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "pictures"
        (folder / "closed").mkdir(parents=True)
        for each in ("a.png", "b.png", "closed/c.png"):
            (folder / each).write_bytes(DIGIT)
        score(folder, loaded, Path(name) / "before.parquet")
        with as_nobody(Path(name), folder / "b.png", folder / "closed"):
            scored = score(folder, loaded, Path(name) / "out.parquet")
        rows = read_rows(Path(name) / "out.parquet")
    assert scored.listed == 3
    assert (rows["a.png"]["decision"], rows["a.png"]["reason"]) == ("answered", None)
    for each in ("b.png", "closed"):
        assert (rows[each]["decision"], rows[each]["reason"]) == ("unreadable", "permission denied")


def test_unreadable_files_are_scored_again(loaded: LoadedBundle, reader: Reader) -> None:
    """A rerun scores parts with unreadable files again until it can read them, and keeps the others."""
    del reader  # the fixture imports everything before the rights are gone
    with tempfile.TemporaryDirectory() as name:
        folder, out = Path(name) / "pictures", Path(name) / "parts"
        for each in ("one/a.png", "two/b.png", "two/c.png", "two/text.png"):
            (folder / each).parent.mkdir(parents=True, exist_ok=True)
            (folder / each).write_bytes(b"two pints of milk" if "text" in each else DIGIT)
        with as_nobody(Path(name), folder / "two" / "b.png"):
            assert [score(folder, loaded, out).kept for _ in range(2)] == [0, 1]
            before = parts_of(out)
            closed = read_rows(out)["two/b.png"]
        assert [score(folder, loaded, out).kept for _ in range(2)] == [1, 4]
        assert (closed["reason"], read_rows(out)["two/b.png"]["decision"]) == ("permission denied", "answered")
        assert len(before.items() & parts_of(out).items()) == 1


def test_a_file_deleted_after_listing_has_its_row(tmp_path: Path, reader: Reader) -> None:
    """A picture deleted between listing and reading has a row that says so, and its neighbour is read."""
    rows = _change_after_listing(tmp_path, reader, lambda path: path.unlink())
    assert (rows["a.png"]["decision"], rows["a.png"]["reason"]) == (
        "unreadable",
        "not there, or gone since it was listed",
    )
    assert rows["b.png"]["decision"] == "answered"


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path, reader: Reader) -> None:
    """A link that replaced a picture after the listing is not read."""
    rows = _change_after_listing(tmp_path, reader, lambda path: (path.unlink(), path.symlink_to("b.png")))
    assert (rows["a.png"]["decision"], rows["a.png"]["reason"]) == ("unreadable", "a link since it was listed")


def test_a_fifo_that_replaced_a_picture_does_not_block(tmp_path: Path, reader: Reader) -> None:
    """A FIFO without a writer, made after the listing, reads as an empty file."""
    rows = _change_after_listing(tmp_path, reader, lambda path: (path.unlink(), os.mkfifo(path)))
    assert (rows["a.png"]["decision"], rows["a.png"]["reason"]) == ("unreadable", "an empty file")


def test_a_file_replaced_after_listing_is_read(tmp_path: Path, reader: Reader) -> None:
    """A picture that was replaced after the listing is read with its new content."""
    rows = _change_after_listing(tmp_path, reader, lambda path: path.write_bytes(as_file(seven(), "JPEG")))
    assert (rows["a.png"]["decision"], rows["a.png"]["format"]) == ("answered", "JPEG")


def test_a_folder_moved_after_listing_has_its_rows(tmp_path: Path, reader: Reader) -> None:
    """Each file of a folder that was moved after the listing has a row that says so."""
    rows = _change_after_listing(tmp_path, reader, lambda path: path.parent.rename(tmp_path / "elsewhere"))
    assert {row["reason"] for row in rows.values()} == {"not there, or gone since it was listed"}


def test_a_folder_moved_while_listing_has_its_rows(tmp_path: Path) -> None:
    """Files of a folder that moves between reading their names and their sizes are still listed."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(DIGIT)
    walk = Disk.at(tmp_path).walk()
    next(walk)
    listing = next(walk)
    (tmp_path / "in").rename(tmp_path / "out")
    assert [(entry.name, entry.skipped) for entry in listing.entries] == [(b"a.png", "")]


def _change_after_listing(tmp_path: Path, reader: Reader, change: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(DIGIT)
    source = Disk.at(folder)
    [(shard, _, size)] = cut_shards(source.walk())
    change(folder / "a.png")
    task = Task(str(tmp_path / "shard"), str(tmp_path / "part.parquet"), len(shard), size)
    write_atomically(task.shard, shard.to_bytes())
    score_shard(task, source, reader, Columns())
    return read_rows(tmp_path / "part.parquet")
