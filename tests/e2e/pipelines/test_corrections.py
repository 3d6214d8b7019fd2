"""Corrections as a source of data, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.artifacts.examples import Examples
from tests.corrected import correct, picture
from tests.project import Project, shipped_project
from tests.samples import write_digits

INGEST = ("run", "--to", "ingest")
CORRECTED = {
    "source: tfds": "sources: [{source: folder, folder: mine}, {source: corrections}] #",
    "fallback: sample": "#",
    "drawn: 3000": "#",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with two sources that has not run."""
    project = shipped_project(tmp_path_factory.mktemp("corrections") / "project", CORRECTED)
    write_digits(project.path / "mine", {"3": 5, "7": 5})
    return project


def test_a_correction_makes_ingest_run_again(project: Project) -> None:
    """Before any, a warning says so; one more is a changed input, and without a new one nothing runs."""
    first = project.json(*INGEST)
    assert first["warnings"] == ["ingest: no corrections are stored yet: the page of digits serve stores them"]
    correct(project.artifacts, picture("7", 9), "7")
    planned = project.json("plan")["stages"][0]
    assert (planned["outcome"], planned["reason"]) == ("will run", "input changed: corrections")
    second = project.json(*INGEST)
    assert (second["stages"][0]["outcome"], second["warnings"]) == ("ran", [])
    assert project.json(*INGEST)["stages"][0]["outcome"] == "unchanged"


def test_the_pictures_are_among_the_examples(project: Project) -> None:
    """After a run, the corrected picture is an example of the source `corrections`."""
    examples = Examples(project.artifacts / "latest" / "ingest.examples")
    sources = [name for split in examples.splits for name in examples.read(split).tags["source"]]
    assert sources.count("corrections") == 1


def test_lineage_names_them(project: Project) -> None:
    """The tree of a run shows the corrections as an input of ingest, and what stored them."""
    tree = project.digits("lineage").stdout
    assert "INPUT corrections: Artifact corrections.corrections v0001-" in tree
    assert "OUTPUT of Execution corrections" in tree
    assert "no record" not in tree
    assert project.digits("lineage", "corrections").stdout.startswith("Artifact corrections.corrections v0001-")


def test_those_of_another_project_do_not_count(project: Project, tmp_path: Path) -> None:
    """A run that was made from corrections brings them along when it is imported; the project keeps its own."""
    other = shipped_project(tmp_path / "other", CORRECTED)
    project.digits("export-run", "latest", "--to", str(tmp_path / "run.tar"))
    other.digits("import-run", str(tmp_path / "run.tar"))
    assert "INPUT corrections: Artifact corrections.corrections v0001-" in other.digits("lineage").stdout
    assert "there are no corrections yet" in other.digits("lineage", "corrections", status=4).stderr


def test_verify_checks_them(project: Project, tmp_path: Path) -> None:
    """A damaged picture is found, and no run reads it."""
    damaged = project.copy(tmp_path)
    [file] = damaged.artifacts.glob("store/corrections/*/v*/pictures/*")
    file.chmod(0o644)
    file.write_bytes(b"")
    assert damaged.json("verify", status=4)["damaged"] == [file.relative_to(damaged.artifacts).as_posix()]
    failed = damaged.digits(*INGEST, status=4)
    assert "the stored corrections are damaged" in failed.stderr
    damaged.digits("verify", "--set-aside")
    assert damaged.json(*INGEST)["warnings"]


def test_a_stage_cannot_have_their_name(project: Project, tmp_path: Path) -> None:
    """The name is taken, like that of the champion."""
    other = project.copy(tmp_path)
    other.edit("pipeline.yaml", "  preprocess:", "  corrections:\n    uses: preprocess")
    assert "corrections is not a valid stage name" in other.digits("check", status=2).stderr
