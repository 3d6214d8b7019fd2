"""`digits selftest` proves a bundle, wherever it lies, or says what is wrong with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from inference.model.pinned import pin
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.golden import Golden
from tests.forked import run_forked
from tests.project import DIGITS, Project
from tests.samples import seal


@pytest.fixture
def copied(bundle: Path, tmp_path: Path) -> Path:
    """Return a copy of the sealed bundle outside any project, whose files can be changed."""
    folder = tmp_path / "copied"
    shutil.copytree(bundle, folder)
    for path in folder.iterdir():
        path.chmod(0o644)
    return folder


def selftest(folder: Path, *words: str, digest: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in the folder's parent, which is no project."""
    name = pin(folder.name, digest) if digest else folder.name
    return run_forked([str(DIGITS), "selftest", name, *words], dict(os.environ), folder.parent)


def test_the_champion_is_proven(sealed: Project) -> None:
    """In a project the champion is proven: all files are intact, and LiteRT answers its 20 golden examples."""
    done = sealed.json("selftest")
    assert (done["damaged"], done["examples"]) == ([], 20)
    [litert] = done["formats"]
    assert (litert["format"], litert["problem"]) == ("litert", "")
    assert litert["largest"] <= 1e-4


def test_a_copy_is_proven_without_a_project(copied: Path) -> None:
    """The folder of a bundle that was copied elsewhere is proven, without a pipeline.yaml, if its digest is stated."""
    done = selftest(copied, digest=Bundle(copied).digest)
    assert done.returncode == 0, done.stderr
    assert f"all {len(list(copied.iterdir())) - 1} intact" in done.stdout
    assert "litert   answers as exported" in done.stdout


def test_a_model_that_nothing_vouches_for_is_hashed_and_not_opened(copied: Path) -> None:
    """Its digest is printed, computed from its files, and no format is run: the exit code is 1."""
    (copied / "model.tflite").write_bytes(b"no network")
    seal(Bundle, copied)
    done = selftest(copied, "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["content"], document["damaged"]) == (1, Bundle(copied).digest, [])
    assert [each["skipped"] for each in document["formats"]] == ["nothing vouches for it"]
    assert f"selftest copied@{document['content']}" in done.stderr


@pytest.mark.parametrize("name", ["model.tflite", "golden.json", "README.md", "new.txt"])
def test_damage_is_named(copied: Path, name: str) -> None:
    """A changed or added file is named, and the exit code is 4."""
    with (copied / name).open("ab") as file:
        file.write(b"!")
    done = selftest(copied)
    assert (done.returncode, f"damaged: {name}" in done.stdout) == (4, True)


def test_other_answers_are_not_proven(copied: Path) -> None:
    """If the model answers otherwise than golden.json says, the exit code is 1."""
    golden = Golden.from_json((copied / "golden.json").read_bytes())
    first = golden.examples[0].changed(probabilities=[0.1] * 10)
    (copied / "golden.json").write_text(golden.changed(examples=[first, *golden.examples[1:]]).to_json())
    seal(Bundle, copied)
    done = selftest(copied, "--json", digest=Bundle(copied).digest)
    assert done.returncode == 1
    assert "golden example" in json.loads(done.stdout)["formats"][0]["problem"]


def test_without_golden_examples_nothing_is_proven(copied: Path) -> None:
    """A bundle without golden examples says so, and the exit code is 1."""
    (copied / "golden.json").unlink()
    seal(Bundle, copied)
    done = selftest(copied, digest=Bundle(copied).digest)
    assert (done.returncode, "no examples" in done.stdout) == (1, True)


def test_another_folder_is_no_bundle(tmp_path: Path) -> None:
    """The manifest of something else is an error that says so."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "manifest.json").write_text('{"type": "Model", "content": "00", "files": {}}')
    done = selftest(tmp_path / "other")
    assert (done.returncode, "is not a bundle" in done.stderr) == (4, True)
