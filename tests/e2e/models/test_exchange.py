"""A model goes from one project to another as a file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from schemas.artifacts.bundle import Bundle
from tests.inference.pictures import as_file, seven
from tests.pinned import pinned
from tests.project import Project, shipped_project
from tests.samples import seal


@pytest.fixture
def other(tmp_path: Path) -> Project:
    """Return a project without a model."""
    return shipped_project(tmp_path / "other")


def test_a_colleague_reads_with_it(sealed: Project, other: Project, tmp_path: Path) -> None:
    """What one project exports, another imports and reads with; its champion stays as it was: none."""
    (tmp_path / "seven.png").write_bytes(as_file(seven(), "PNG"))
    file = str(tmp_path / "model.zip")
    sealed.digits("export", "--to", file)
    done = other.digits("import", file)
    content = Bundle(sealed.artifacts / "champion").digest
    assert f"imported  artifacts/store/imported/bundle/v0001-{content[:8]}" in done.stdout
    assert not (other.artifacts / "champion").exists()
    [answer] = other.json("predict", str(tmp_path / "seven.png"), "--model", content[:8])
    assert answer["digit"] == "7"


def test_a_folder_is_imported(sealed: Project, other: Project, tmp_path: Path) -> None:
    """The folder of a bundle is imported with the digest that its sender states, and its path can then be used."""
    (tmp_path / "seven.png").write_bytes(as_file(seven(), "PNG"))
    copy = Path(shutil.copytree(sealed.artifacts / "champion", tmp_path / "copy"))
    other.digits("predict", str(tmp_path / "seven.png"), "--model", str(copy), status=4)
    done = other.digits("import", pinned(copy))
    assert f"imported  artifacts/store/imported/bundle/v0001-{Bundle(copy).digest[:8]}" in done.stdout
    [answer] = other.json("predict", str(tmp_path / "seven.png"), "--model", str(copy))
    assert answer["digit"] == "7"


@pytest.mark.parametrize("kind", ["another digest", "a changed file", "an added file", "a link", "no bundle"])
def test_a_folder_that_differs_is_not_imported(sealed: Project, other: Project, tmp_path: Path, kind: str) -> None:
    """Nothing of it reaches the store, and its network is not opened."""
    copy = Path(shutil.copytree(sealed.artifacts / "champion", tmp_path / "copy"))
    stated = f"{copy}@{'0' * 64}" if kind == "another digest" else str(copy)
    for path in copy.iterdir():
        path.chmod(0o644)
    if kind == "a changed file":
        (copy / "golden.json").write_text((copy / "golden.json").read_text().replace("1", "2"))
    elif kind == "an added file":
        (copy / "more").touch()
    elif kind == "a link":
        (copy / "labels.json").rename(tmp_path / "labels.json")
        (copy / "labels.json").symlink_to(tmp_path / "labels.json")
    elif kind == "no bundle":
        (copy / "manifest.json").unlink()
    assert str(copy) in other.digits("import", stated, status=4).stderr
    assert list((other.artifacts / "store").glob("*/bundle/*")) == []


def test_the_hash_of_a_file_is_none_of_a_folder(sealed: Project, other: Project) -> None:
    """For a folder --sha256 is an error that says how its digest is stated."""
    failed = other.digits("import", str(sealed.artifacts / "champion"), "--sha256", "0" * 64, status=2)
    assert "champion@DIGEST states the content digest" in failed.stderr


def test_the_file_is_described(sealed: Project, tmp_path: Path) -> None:
    """`export --json` names the file, the model, its formats, its size and its hash."""
    done = sealed.json("export", "--to", str(tmp_path / "model.zip"))
    assert set(done) == {"file", "model", "formats", "size", "sha256"}
    assert (done["formats"], done["size"]) == (["litert"], (tmp_path / "model.zip").stat().st_size)


def test_other_classes_are_said(sealed: Project, other: Project, tmp_path: Path) -> None:
    """A model of other classes than those of the project is said to be one."""
    letters = Path(shutil.copytree(sealed.artifacts / "champion", tmp_path / "letters"))
    for path in letters.iterdir():
        path.chmod(0o644)
    (letters / "labels.json").write_text(json.dumps([*"abcdefghij"]) + "\n")
    seal(Bundle, letters)
    sealed.digits("export", "--model", pinned(letters), "--to", str(tmp_path / "letters.zip"))
    done = other.digits("import", str(tmp_path / "letters.zip"))
    assert "a, b, c, d, e, f, g, h, i, j; not those of this project, 0, 1, 2" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("export", "--to", "model.tar"), "does not end in .zip"),
        (("export", "--to", "none/model.zip"), "there is no such folder"),
        (("export", "--to", "model.zip", "--formats", "onxx"), 'did you mean "onnx"?'),
        (("export", "--to", "model.zip", "--formats", "onnx"), "has no onnx"),
    ],
)
def test_a_wrong_command_line_is_explained(sealed: Project, words: tuple[str, ...], message: str) -> None:
    """Another ending, a missing folder, and a format that is unknown or not there, end with exit code 2."""
    assert message in sealed.digits(*words, status=2).stderr


def test_a_missing_file_is_named(other: Project) -> None:
    """A file that is not there ends with exit code 4."""
    assert "none.zip cannot be read" in other.digits("import", "none.zip", status=4).stderr
