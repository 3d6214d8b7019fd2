"""Archives of pictures: read like the folder in them, and safely."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from components.sources.pictures import archive
from components.sources.pictures.archive import unpacked
from schemas.errors import InputError
from tests.components.sources.own_pictures import ingest_own
from tests.samples import write_digits


def zipped(path: Path, name: str, content: bytes = b"x", mode: int = 0o100644) -> None:
    """Write a zip with one member."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        file.writestr(info, content)


def tarred(path: Path, name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> None:
    """Write a tar with one member."""
    with tarfile.open(path, "w") as file:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, link, 1 if kind == tarfile.REGTYPE else 0
        file.addfile(info, io.BytesIO(b"x"))


@pytest.mark.parametrize("form", ["zip", "tar", "gztar", "xztar"])
@pytest.mark.parametrize("inside", [True, False])
def test_an_archive_is_read_like_its_folder(tmp_path: Path, form: str, *, inside: bool) -> None:
    """A zip or tar gives the same Examples as the folder, whether or not the folder itself is in it."""
    folder = write_digits(tmp_path / "in" / "mine", {"1": 3, "2": 3})
    packed = shutil.make_archive(str(tmp_path / "packed"), form, tmp_path / "in" if inside else folder)
    mine = ingest_own(tmp_path / "a", source="folder", file=packed)
    same = ingest_own(tmp_path / "b", source="folder", folder=folder)
    assert (mine.train.ids, mine.test.ids) == (same.train.ids, same.test.ids)
    np.testing.assert_array_equal(mine.train.images, same.train.images)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unpacked pictures are removed, after an error too, and the error names the archive."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "temporary").mkdir()
    zipped(tmp_path / "mine.zip", "notes.txt")
    with pytest.raises(InputError, match=r"holds no labelled pictures") as caught:
        ingest_own(tmp_path / "out", source="folder", file=tmp_path / "mine.zip")
    assert caught.value.headline.startswith(str(tmp_path / "mine.zip"))
    assert list((tmp_path / "temporary").iterdir()) == []


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "zip up": (lambda path: zipped(path, "../evil.png"), "leads out of it"),
    "zip up with backslashes": (lambda path: zipped(path, "..\\evil.png"), "leads out of it"),
    "zip absolute": (lambda path: zipped(path, "/evil.png"), "leads out of it"),
    "zip link": (lambda path: zipped(path, "1/evil.png", b"/etc/passwd", 0o120777), "a link or a device"),
    "tar up": (lambda path: tarred(path, "a/../../evil.png"), "leads out of it"),
    "tar absolute": (lambda path: tarred(path, "/evil.png"), "leads out of it"),
    "tar link": (lambda path: tarred(path, "1/evil.png", tarfile.SYMTYPE, "/etc/passwd"), "a link or a device"),
    "tar hard link": (lambda path: tarred(path, "1/evil.png", tarfile.LNKTYPE, "/etc/passwd"), "a link or a device"),
    "tar device": (lambda path: tarred(path, "1/evil.png", tarfile.CHRTYPE), "a link or a device"),
    "no archive": (lambda path: path.write_bytes(b"hello" * 100), "cannot be unpacked"),
    "empty": (lambda path: path.write_bytes(b""), "cannot be unpacked"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_refused(tmp_path: Path, case: str) -> None:
    """What leads out of the archive, or is no file, is refused; nothing is written outside."""
    make, words = HOSTILE[case]
    make(tmp_path / "evil")
    with pytest.raises(InputError, match=words), unpacked(tmp_path / "evil"):
        pass
    assert sorted(os.listdir(tmp_path)) == ["evil"]  # noqa: PTH208  (names only)


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive whose files are too large together is refused before they are written."""
    monkeypatch.setattr(archive, "MOST", 1000)
    zipped(tmp_path / "bomb.zip", "1/a.png", bytes(2000))
    with pytest.raises(InputError, match="holds too much"), unpacked(tmp_path / "bomb.zip"):
        pass


def test_a_file_longer_than_its_entry_is_refused(tmp_path: Path) -> None:
    """A zip that understates the size of a file is refused, so that no bomb hides."""
    zipped(tmp_path / "liar.zip", "1/a.png", bytes(5000))
    data = (tmp_path / "liar.zip").read_bytes()
    (tmp_path / "liar.zip").write_bytes(data.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little")))
    with pytest.raises(InputError, match="cannot be unpacked"), unpacked(tmp_path / "liar.zip"):
        pass


def test_a_flipped_byte_is_found(tmp_path: Path) -> None:
    """A damaged file in a zip is found by its checksum."""
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("1/a.png", b"picture" * 100)
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be unpacked"), unpacked(path):
        pass
