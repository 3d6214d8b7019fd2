"""A model from elsewhere is imported, judged by this project's gate, and promoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.champion import champion
from pipeline.registry.starter import STARTER
from tests.pinned import pinned
from tests.project import SHORTENED, Project, shipped_project
from tests.sealed.project import BUNDLE

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with test pictures and no model of its own, into which two models were imported."""
    folder = tmp_path_factory.mktemp("imported")
    project = shipped_project(folder / "project", SHORTENED)
    project.digits("run", "--to", "preprocess")
    for name, bundle in (("sealed", BUNDLE), ("starter", STARTER)):
        file = str(folder / f"{name}.zip")
        project.digits("export", "--model", pinned(bundle), "--to", file)
        assert "judge it  digits rerun evaluate --model v000" in project.digits("import", file).stdout
    return project


@pytest.fixture(scope="module")
def versions(imported: Project) -> dict[str, str]:
    """Return the versions of the two imported models."""
    names = [path.name for path in (imported.artifacts / "store" / "imported" / "bundle").iterdir()]
    return dict(zip(("sealed", "starter"), sorted(names), strict=True))


@pytest.fixture(scope="module")
def blessed(imported: Project, versions: dict[str, str]) -> Project:
    """Return that project after its gate has blessed the sealed bundle."""
    refused = imported.digits("promote", versions["sealed"], status=2).stderr
    assert "not judged by a gate here" in refused
    assert f"digits rerun evaluate --model {versions['sealed']}" in refused
    document = imported.json("rerun", "evaluate", "--model", versions["sealed"])
    assert [each["stage"] for each in document["stages"]] == ["ingest", "preprocess", "evaluate_bundle"]
    assert document["judged"] == f"store/imported/bundle/{versions['sealed']}"
    assert document["verdict"]["blessed"]
    assert document["explanation"].endswith("makes it the champion")
    return imported


def test_the_judgement_can_be_proven(blessed: Project) -> None:
    """`prove` carries the judging stage out again, and the same verdict comes out."""
    run = next(each["judged_by"] for each in blessed.json("models") if each["judged_by"])
    proofs = blessed.json("prove", run, "--stage", "evaluate_bundle")
    assert [each["recorded"] == each["again"] for each in proofs] == [True, True]


def test_a_blessed_import_is_promoted_without_override(blessed: Project, versions: dict[str, str]) -> None:
    """The registry knows who judged it, it becomes the champion, and its verdict survives the run that judged it."""
    name = versions["sealed"]
    entry = next(each for each in blessed.json("models") if each["version"] == name)
    assert (entry["blessed"], entry["standing"], entry["run"]) == (True, "", None)
    shown = blessed.json("models", "show", name)
    assert (shown["verdict"]["bundle"], shown["judged_by"]) == (shown["content"], entry["judged_by"])
    blessed.digits("promote", name)
    assert champion(blessed.artifacts) == f"store/imported/bundle/{name}"
    blessed.digits("run", "--to", "ingest")
    blessed.digits("gc", "--keep-runs", "1", "--delete")
    assert blessed.json("models", "show", name)["verdict"]["blessed"]


def test_an_import_that_has_seen_the_exam_is_refused(blessed: Project, versions: dict[str, str]) -> None:
    """The starter was trained on all MNIST, of which the sample's test pictures are a part; --model latest is it."""
    document = blessed.json("rerun", "evaluate", "--model", versions["starter"], status=3)
    assert (document["outcome"], document["verdict"]["exposure"]["model"]) == ("rejected", 1000)
    blessed.digits("promote", versions["starter"], status=2)
    file = str(blessed.path / "latest.zip")
    assert blessed.json("export", "--model", "latest", "--to", file)["model"] == versions["starter"]
    assert Path(blessed.digits("report", "latest").stdout.split()[0]).name == "report.html"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("train", "--model", "v0001"), "expected: evaluate"),
        (("evaluate", "--model", "v0001", "--downstream"), "exclude each other"),
        (("evaluate", "--model", str(BUNDLE)), "is no model of this project"),
        (("evaluate", "--model", "nix"), "there is no model nix"),
    ],
)
def test_what_cannot_be_judged_is_explained(imported: Project, words: tuple[str, ...], message: str) -> None:
    """Another stage, stages below, a bundle elsewhere and an unknown name leave no run behind."""
    before = len(imported.json("runs"))
    done = imported.start("rerun", *words)
    _, err = done.communicate()
    assert (done.returncode in {2, 4}, message in err) == (True, True), err
    assert len(imported.json("runs")) == before
