"""A manifest describes an artifact and detects damage to it."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import pytest

from schemas.artifacts.artifact import Artifact
from schemas.errors import InputError
from schemas.manifest import MANIFEST, Manifest, content_of, digest_of, hash_file, hash_files, replace_link
from tests.inference.scoring.folders import as_nobody
from tests.samples import seal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of two files, one of them in a subfolder."""
    (tmp_path / "below").mkdir()
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "below" / "b.txt").write_text("b")
    return tmp_path


def content(folder: Path) -> str:
    """Return the current content digest of a folder."""
    return content_of(hash_files(folder))


def test_files_are_named_by_their_path_from_the_folder(folder: Path) -> None:
    """Every file is hashed under its POSIX path from the folder."""
    assert list(hash_files(folder)) == ["a.txt", "below/b.txt"]


def test_an_entry_is_the_sha256_and_the_size(folder: Path) -> None:
    """An entry holds the sha256 and the size of the file's bytes."""
    entry = hash_files(folder)["a.txt"]
    assert (entry.sha256, entry.size) == (hashlib.sha256(b"a").hexdigest(), 1)


def test_content_ignores_what_is_incidental(folder: Path) -> None:
    """Files below incidental/ do not change the content digest."""
    before = content(folder)
    (folder / "incidental").mkdir()
    (folder / "incidental" / "timing.txt").write_text("0.3 s")
    assert content(folder) == before


def test_only_the_folder_incidental_is_incidental(folder: Path) -> None:
    """A file whose name merely begins with 'incidental' counts."""
    before = content(folder)
    (folder / "incidental.txt").write_text("counts")
    assert content(folder) != before


def test_content_ignores_the_manifest(folder: Path) -> None:
    """The manifest does not change the content digest it holds."""
    before = content(folder)
    (folder / MANIFEST).write_text("{}")
    assert content(folder) == before


@pytest.mark.parametrize("name", ["a.txt", "below/b.txt"])
def test_content_changes_with_the_bytes_of_any_file(folder: Path, name: str) -> None:
    """Changing the bytes of any file changes the content digest."""
    before = content(folder)
    (folder / name).write_text("changed")
    assert content(folder) != before


@pytest.mark.parametrize("name", ["a.txt", "below/b.txt"])
def test_content_changes_with_the_name_of_any_file(folder: Path, name: str) -> None:
    """Renaming any file changes the content digest."""
    before = content(folder)
    (folder / name).rename(folder / "renamed.txt")
    assert content(folder) != before


def test_content_changes_when_two_files_swap_names(folder: Path) -> None:
    """The digest binds each name to its bytes: swapping two names changes it."""
    before = content(folder)
    (folder / "a.txt").write_text("b")
    (folder / "below" / "b.txt").write_text("a")
    assert content(folder) != before


def test_content_is_the_same_in_another_order(folder: Path) -> None:
    """The content digest does not depend on the order in which files are listed."""
    files = hash_files(folder)
    assert content_of(dict(reversed(files.items()))) == content_of(files)


def test_a_digest_is_the_same_in_another_order_of_keys() -> None:
    """The digest of a JSON value does not depend on the order of keys."""
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})


def test_a_value_outside_json_has_no_digest() -> None:
    """NaN is not a JSON value and has no digest."""
    with pytest.raises(ValueError, match="JSON"):
        digest_of(float("nan"))


def test_hashing_a_missing_file_raises(tmp_path: Path) -> None:
    """Hashing a file that does not exist raises OSError."""
    with pytest.raises(FileNotFoundError):
        hash_file(tmp_path / "missing")


def test_an_intact_folder_has_no_damage(folder: Path) -> None:
    """A folder that is unchanged since sealing has no damage."""
    seal(Artifact, folder)
    manifest = Manifest.read(folder)
    assert manifest
    assert list(manifest.damage(folder)) == []


@pytest.mark.parametrize("name", ["a.txt", "below/b.txt"])
def test_damage_names_a_changed_file(folder: Path, name: str) -> None:
    """Damage names the file with changed bytes, even if its size is unchanged."""
    seal(Artifact, folder)
    manifest = Manifest.read(folder)
    (folder / name).write_text("x")
    assert manifest
    assert list(manifest.damage(folder)) == [name]


@pytest.mark.parametrize("name", ["a.txt", "below/b.txt"])
def test_damage_names_a_missing_file(folder: Path, name: str) -> None:
    """Damage names a missing file."""
    seal(Artifact, folder)
    manifest = Manifest.read(folder)
    (folder / name).unlink()
    assert manifest
    assert list(manifest.damage(folder)) == [name]


@pytest.mark.parametrize("text", [None, "", "not JSON", "{}", '{"type": "A", "content": "", "files": {}, "more": 1}'])
def test_an_invalid_manifest_reads_as_none(tmp_path: Path, text: str | None) -> None:
    """A manifest that is missing, broken or of another form reads as None."""
    if text is not None:
        (tmp_path / MANIFEST).write_text(text)
    assert Manifest.read(tmp_path) is None


def test_the_digest_of_an_artifact_is_its_content(folder: Path) -> None:
    """A sealed artifact's digest is its content digest."""
    expected = content(folder)
    assert seal(Artifact, folder).digest == expected


def test_an_unsealed_folder_has_no_digest(folder: Path) -> None:
    """Asking an unsealed folder for its digest is an InputError."""
    with pytest.raises(InputError, match="not a sealed artifact"):
        _ = Artifact(folder).digest


def test_a_link_that_cannot_be_made_is_named() -> None:
    """The error names the link, not what it would lead to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "here"
        folder.mkdir(mode=0o555)
        with as_nobody(Path(name)), pytest.raises(PermissionError) as caught:
            replace_link(folder / "champion", "store/export/bundle/v0001-aaaaaaaa")
        folder.chmod(0o755)
    assert caught.value.filename == str(folder / "champion")
