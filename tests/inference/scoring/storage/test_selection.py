"""Files and folders that were named one by one."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from inference.scoring.storage.disk import LINK, Disk
from inference.scoring.storage.selection import Selection


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with files in two folders and a link to one of them."""
    for name in ("a/1.png", "a/in/2.png", "b/3.scan", "b/4.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "link").symlink_to("b")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listed(*paths: str, follow: bool = False) -> dict[str, str]:
    """List a selection; return for each file why it is skipped."""
    rows = [
        (f"{listing.folder.decode()}/{entry.name.decode()}".lstrip("/"), entry.skipped)
        for listing in Selection.of(paths, follow=follow).walk()
        for entry in listing.entries
    ]
    assert len(dict(rows)) == len(rows)
    return dict(rows)


@pytest.mark.usefixtures("place")
def test_each_file_is_listed_once() -> None:
    """However often a file or its folders are named, it is listed once."""
    assert list(listed("a", "./a/", "a/in", "a/1.png", "b/4.png", "b/4.png")) == ["a/1.png", "a/in/2.png", "b/4.png"]
    assert list(listed("a/in", "a", "a/in/2.png")) == ["a/in/2.png", "a/1.png"]


def test_names_stay_as_given(place: Path) -> None:
    """An absolute path stays absolute, the current folder has no name."""
    assert list(listed(str(place / "b/4.png"))) == [str(place / "b/4.png")[1:]]
    assert "a/in/2.png" in listed(".")


@pytest.mark.usefixtures("place")
def test_a_named_file_is_read_whatever_its_name() -> None:
    """A file that is skipped in its folder is not if it is named itself."""
    assert listed("b") == {"b/3.scan": "not named like a picture", "b/4.png": ""}
    assert listed("b/3.scan") == {"b/3.scan": ""}


@pytest.mark.usefixtures("place")
def test_links_are_not_followed_unasked() -> None:
    """A link, and a file in a folder that is a link, are read with --follow alone."""
    assert listed("link", "link/4.png") == {"link": LINK, "link/4.png": f"in a folder that is {LINK}"}
    assert listed("link/4.png", follow=True) == {"link/4.png": ""}


@pytest.mark.usefixtures("place")
def test_workers_are_sent_no_names() -> None:
    """A pickled selection is its root alone: a million names would be sent to each worker."""
    selection = Selection.of(["a", "b/4.png"])
    assert pickle.loads(pickle.dumps(selection)) == Disk.at(".")  # noqa: S301  (our own)
