"""`digits gc`: what goes, what is kept, and what each is kept for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from pipeline.housekeeping.collect import Rule, collect
from pipeline.promotions import begin_anew
from schemas.errors import InputError
from schemas.records.promotion import HISTORY
from tests.corrected import correct, picture
from tests.inference.scoring.folders import as_nobody
from tests.pipeline.test_champion import CHALLENGE
from tests.project import Project


@pytest.fixture
def thrice(ran: Project) -> Project:
    """Return a project with the runs of three words; the third made the champion, and no history names others."""
    for word in ("two", "three"):
        ran.digits("run", "--set", f"say.word={word}")
    forget_promotions(ran)
    return ran


def forget_promotions(project: Project) -> None:
    """Replace the history by one that names the champion only."""
    (project.artifacts / HISTORY).unlink()
    begin_anew(project.artifacts)


def goes(document: dict[str, Any], output: str) -> list[str]:
    """Return the numbers of the versions of an output that go."""
    return [Path(each["path"]).name[:5] for each in document["goes"] if f"/{output}/" in each["path"]]


def test_without_delete_nothing_is_deleted(thrice: Project) -> None:
    """Without --delete it says what goes and how to delete it, and deletes nothing."""
    before = sorted(thrice.artifacts.rglob("*"))
    shown = thrice.digits("gc", "--keep-runs", "1")
    assert f"digits -C {thrice.path} gc --keep-runs 1 --delete" in shown.stderr
    assert sorted(thrice.artifacts.rglob("*")) == before


def test_what_no_kept_run_needs_goes(thrice: Project) -> None:
    """With one run kept, the artifacts of the two others go; what is left is sound and cached."""
    found = thrice.json("gc", "--keep-runs", "1", "--delete")
    assert goes(found, "text") == ["v0001", "v0002"]
    assert found["executions"] == 8
    thrice.digits("verify")
    assert len(thrice.json("runs")) == 1
    assert set(thrice.outcomes("--set", "say.word=three").values()) == {"unchanged"}


def test_corrections_are_kept(thrice: Project) -> None:
    """What people corrected stays, though no run has used it: its versions, and the records that make them count."""
    for number in range(2):
        correct(thrice.artifacts, picture("7", number), "7")
    thrice.digits("gc", "--keep-runs", "1", "--delete")
    assert correct(thrice.artifacts, picture("7", 2), "7").count == 3
    assert thrice.digits("lineage", "corrections").stdout.startswith("Artifact corrections.corrections v0003-")


def test_a_run_with_deleted_artifacts_makes_them_again(thrice: Project) -> None:
    """A cached stage never points at a deleted artifact: it runs again."""
    thrice.digits("gc", "--keep-runs", "1", "--delete")
    assert thrice.outcomes("--set", "say.word=two")["say"] == "ran"
    thrice.digits("verify")


def test_gc_frees_what_it_says(thrice: Project) -> None:
    """The bytes that it says are freed are those by which the files shrink."""
    before = _bytes(thrice.artifacts)
    found = thrice.json("gc", "--keep-runs", "1", "--delete")
    assert before - _bytes(thrice.artifacts) == found["frees"] > 0


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def test_the_champion_and_its_ancestry_are_kept(thrice: Project) -> None:
    """The champion is kept with all that it was made from, and the run that made it, although it is old."""
    _point(thrice, "champion", "v0001")
    forget_promotions(thrice)
    found = thrice.json("gc", "--keep-runs", "1", "--delete")
    assert goes(found, "text") == goes(found, "bundle") == ["v0002"]
    assert "made the champion" in [why for each in found["kept"] for why in each["why"]]
    thrice.digits("verify")
    thrice.digits("lineage", "champion")


def test_what_the_champion_was_compared_with_is_kept_without_its_ancestry(thrice: Project) -> None:
    """The bundle that the champion was compared with stays, so that its verdict holds; what that was made from goes."""
    (thrice.path / "pipeline.yaml").write_text(CHALLENGE)
    thrice.edit("toys/text.py", "class Text(Artifact)", "class Model(Artifact)")
    for name in ("say", "judge", "crown"):
        thrice.edit(f"toys/{name}.py", "import Text", "import Model as Text")
    (thrice.artifacts / "champion").unlink()
    for word in ("four", "five", "six"):
        thrice.digits("run", "--set", f"say.word={word}")
    forget_promotions(thrice)
    thrice.digits("gc", "--keep-runs", "1", "--delete")
    there = {output: _versions(thrice, output) for output in ("say/text", "crown/bundle")}
    assert there == {"say/text": ["v0006"], "crown/bundle": ["v0002", "v0003"]}
    assert set(thrice.outcomes("--set", "say.word=six").values()) == {"unchanged"}
    thrice.digits("verify")


def _versions(project: Project, output: str) -> list[str]:
    return sorted(path.name[:5] for path in (project.artifacts / "store" / output).iterdir())


def test_the_champion_before_is_kept(ran: Project) -> None:
    """What a rollback goes back to is kept with all that it was made from, and the rollback works."""
    ran.digits("run", "--set", "say.word=two")
    assert goes(ran.json("gc", "--keep-runs", "1", "--delete"), "text") == []
    ran.digits("rollback")
    ran.digits("verify")


def test_an_alias_is_kept(thrice: Project) -> None:
    """A bundle with an alias is kept with all that it was made from."""
    _point(thrice, "aliases/staging", "v0002")
    found = thrice.json("gc", "--keep-runs", "1")
    assert goes(found, "text") == goes(found, "bundle") == ["v0001"]


def test_a_named_run_is_kept(thrice: Project) -> None:
    """A run that a person named is kept."""
    oldest = thrice.json("runs")[-1]["run"]
    thrice.digits("runs", "--name", oldest, "the first")
    assert goes(thrice.json("gc", "--keep-runs", "1"), "text") == ["v0002"]


def test_younger_runs_are_kept(thrice: Project) -> None:
    """With --older-than, younger runs are kept whatever their number."""
    assert thrice.json("gc", "--older-than", "1h")["goes"] == []
    assert goes(thrice.json("gc", "--older-than", "0h"), "text") == ["v0001", "v0002"]


def test_an_age_that_cannot_be_read_is_a_usage_error(ran: Project) -> None:
    """An age has a unit."""
    assert "12h, 30d or 8w" in ran.digits("gc", "--older-than", "30", status=2).stderr


def test_a_bundle_that_no_execution_made_is_kept(ran: Project) -> None:
    """A bundle from elsewhere cannot be made again, so it stays; any other version without an execution goes."""
    for output in ("pack/bundle", "say/text"):
        folder = ran.artifacts / "store" / output
        shutil.copytree(next(folder.iterdir()), folder / "v0002-00000000")
    found = ran.json("gc")
    assert goes(found, "bundle") == []
    assert goes(found, "text") == ["v0002"]


def test_what_a_running_run_uses_is_kept(thrice: Project) -> None:
    """What a run in another process has found in the store is kept, and the run ends well."""
    thrice.edit("toys/bless.py", "from toys.text", "from toys.hold import hold\nfrom toys.text")
    thrice.edit("toys/bless.py", "    length =", '    hold("bless")\n    length =')
    thrice.hold("bless")
    running = thrice.start("run", "--set", "say.word=two")
    thrice.wait_for_held("bless")
    thrice.digits("run", "--to", "say")  # the latest run is another one
    found = thrice.json("gc", "--older-than", "0h", "--delete")
    thrice.release("bless")
    _, errors = running.communicate()
    assert running.returncode == 0, errors
    assert "v0002" not in goes(found, "text") + goes(found, "shouted")
    thrice.digits("verify")


def test_a_model_that_a_process_uses_is_kept(thrice: Project) -> None:
    """A bundle that another process has in use, as `digits serve --model` has, is kept until the process ends."""
    [bundle] = thrice.artifacts.glob("store/pack/bundle/v0001-*")
    code = "import sys, pathlib, pipeline.history as h; h.use(pathlib.Path(sys.argv[1])); print(1, flush=True); input()"
    command = [sys.executable, "-c", code, str(bundle)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "1\n"
        found = thrice.json("gc", "--keep-runs", "1")
        process.communicate("\n")
    assert goes(found, "bundle") == ["v0002"]
    assert goes(thrice.json("gc", "--keep-runs", "1"), "bundle") == ["v0001", "v0002"]


def test_the_logs_that_a_kept_run_links_to_are_kept(ran: Project) -> None:
    """The run that ran a stage of a kept run keeps its record and logs, but not its other artifacts."""
    first = ran.json("show")["run"]
    ran.digits("run", "--to", "shout", "--set", "shout.end=loud")
    (ran.artifacts / "champion").unlink()
    found = ran.json("gc", "--keep-runs", "1", "--delete")
    assert goes(found, "bundle") == ["v0001"]
    assert ran.json("show", first)["run"] == first
    ran.digits("verify")


def test_a_run_is_deleted_with_what_only_it_ran(thrice: Project) -> None:
    """`runs --delete` deletes a run and what it ran, and nothing of other runs."""
    oldest = thrice.json("runs")[-1]["run"]
    thrice.digits("runs", "--delete", oldest)
    assert oldest not in [each["run"] for each in thrice.json("runs")]
    assert _versions(thrice, "say/text") == ["v0002", "v0003"]
    thrice.digits("verify")


def test_the_run_that_made_the_champion_is_not_deleted(ran: Project) -> None:
    """A run that something needs is not deleted, and the error says what needs it."""
    assert "it made the champion" in ran.digits("runs", "--delete", "latest", status=2).stderr


def test_quarantine_and_the_cache_of_tfds_are_named(ran: Project, tmp_path: Path) -> None:
    """What gc leaves alone is named with its size."""
    folder = tmp_path / "tfds"
    for path, size in ((folder / "mnist" / "data", 700), (ran.artifacts / ".quarantine" / "aside", 20)):
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(size))
    project = Project(ran.path, {"TFDS_DATA_DIR": os.fspath(folder)})
    sizes = {each["path"]: each["size"] for each in project.json("gc")["elsewhere"]}
    assert sizes == {str(folder / "mnist"): 700, ".quarantine": 20}


def _point(project: Project, name: str, version: str) -> None:
    """Point a link at the bundle of a version."""
    [bundle] = (project.artifacts / "store" / "pack" / "bundle").glob(f"{version}-*")
    link = project.artifacts / name
    link.unlink(missing_ok=True)
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(os.path.relpath(bundle, link.parent))


def test_nothing_is_deleted_while_the_folder_of_a_run_may_not_be_entered() -> None:
    """What such a run needs is not known: gc names it, as it names a damaged record."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "runs" / "20260101T100000.000Z-aaaa"
        folder.mkdir(parents=True)
        (folder / "run.json").write_text("{}")
        (Path(name) / "store").mkdir()
        with as_nobody(Path(name), folder), pytest.raises(InputError, match="nothing is deleted") as caught:
            collect(Path(name), Rule(), delete=True)
    assert caught.value.found == "runs/20260101T100000.000Z-aaaa/run.json"
