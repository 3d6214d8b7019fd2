"""`digits models` and `digits alias`, and the names of models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.aliases import aliases, check_alias
from pipeline.registry.entry import describe_all
from schemas.errors import UsageError
from tests.project import Project
from tests.sealed.project import BUNDLE


def test_the_table_marks_the_champions(judged: Project) -> None:
    """Champion and previous champion are marked, with the run that promoted each."""
    newest, oldest = describe_all(judged.artifacts)
    assert (newest.champion, newest.previous, oldest.champion, oldest.previous) == (True, False, False, True)
    assert newest.promoted_by == newest.run
    lines = judged.digits("models").stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [[newest.version, "champion"], [oldest.version, "previous"]]


def test_figures_are_those_of_the_card(sealed: Project) -> None:
    """Accuracy with its interval, coverage, parameters, size and data set of a bundle are in its entry."""
    [entry] = sealed.json("models")
    card = (BUNDLE / "README.md").read_text()
    assert f"| accuracy | {entry['accuracy']:.4f} |" in card
    assert "| {:.4f} to {:.4f} |".format(*entry["accuracy_interval"]) in card
    assert f"| coverage | {entry['coverage']:.4f} |" in card
    assert f"{entry['parameters']:,} parameters" in card
    assert entry["size"] == (BUNDLE / "model.tflite").stat().st_size
    assert entry["data"] == json.loads((BUNDLE / "statistics.json").read_text())["source"]["dataset"]
    assert (entry["champion"], entry["latency"], entry["promoted"]) == (True, None, None)


def test_a_project_without_models_says_so(project: Project) -> None:
    """The table and the document are empty."""
    assert "no models yet: digits run makes one; until then the starter" in project.digits("models").stdout
    assert project.json("models") == []


def test_a_model_shows_its_lineage_and_promotions(judged: Project) -> None:
    """`models show` has promotions, verdict, lineage and card, and --json all but the lineage."""
    text = judged.digits("models", "show", "v0001").stdout
    for part in ("previous champion", "became champion by run", "gave way to v0002-", "BLESSED", "Execution say"):
        assert part in text
    document = judged.json("models", "show", "v0001")
    assert document["verdict"]["blessed"]
    assert document["card"] == "hello"
    assert [each["number"] for each in document["promotions"]] == [1, 2]


def test_the_card_is_shown_without_its_front_matter(sealed: Project) -> None:
    """The front matter is for programs."""
    text = sealed.digits("models", "show", "champion").stdout
    assert "# A model that reads handwritten digits" in text
    assert "library_name" not in text


def test_the_bundle_of_a_refused_run_is_written(judged: Project) -> None:
    """`models write` adds the bundle to the run that the gate refused; nothing is promoted."""
    before = (judged.artifacts / "champion").readlink()
    latest = (judged.artifacts / "latest").readlink()
    said = judged.digits("models", "write", "latest").stdout
    assert said.startswith("model v0003-")
    assert "refused by the gate" in said
    assert (judged.artifacts / "latest" / "wrap.bundle" / "labels.json").read_text() == "ok"
    assert ((judged.artifacts / "champion").readlink(), (judged.artifacts / "latest").readlink()) == (before, latest)
    record = judged.json("show")
    assert (record["outcome"], record["stages"][-1]["outcome"]) == ("rejected", "blocked")
    assert Path(record["stages"][-1]["outputs"]["bundle"]).name in said
    judged.digits("verify")


def test_a_run_without_a_model_has_no_bundle_to_write(judged: Project) -> None:
    """The error says what became of the run."""
    judged.digits("run", "--set", "say.fail=oops", status=1)
    failed = judged.digits("models", "write", "latest", status=4).stderr
    assert "has no say.text" in failed
    assert "say failed" in failed


def test_a_stage_that_does_not_take_its_blessing_exports_nothing_refused(project: Project) -> None:
    """It could not say that the gate refused the model, so that its bundle could pass for a blessed one."""
    project.digits("run", "--set", "bless.least=100", status=3)
    failed = project.digits("models", "write", "latest", status=2).stderr
    assert "pack cannot export a refused model" in failed


def test_a_later_run_of_the_same_model_is_judged_anew(judged: Project) -> None:
    """A bundle that was written for a refused model is not promoted when its model is blessed: another one is."""
    judged.digits("models", "write", "latest")
    document = judged.json("run", "--set", "say.word=ok", "--set", "bless.least=1")
    assert document["outcome"] == "promoted"
    assert Path(document["champion"]).name.startswith("v0004-")
    standings = {each["version"][:5]: each["standing"] for each in judged.json("models")}
    assert standings == {"v0004": "", "v0003": "refused by the gate", "v0002": "", "v0001": ""}


def test_what_a_killed_command_left_is_no_alias(judged: Project) -> None:
    """The draft of a link, which a command that was killed did not move into its place, names no model."""
    judged.digits("alias", "staging", "v0001")
    (judged.artifacts / "aliases" / ".staging.1123").symlink_to("../store/x")
    assert [*aliases(judged.artifacts)] == ["staging"]


def test_an_alias_is_set_moved_and_removed(judged: Project) -> None:
    """An alias is one relative link; it is listed, can be moved, and is removed without its model."""
    judged.digits("alias", "staging", "v0001")
    assert judged.json("alias")["staging"].startswith("v0001-")
    judged.digits("alias", "staging", "champion")
    assert judged.digits("alias", "staging").stdout.startswith("staging  v0002-")
    assert not (judged.artifacts / "aliases" / "staging").readlink().is_absolute()
    judged.digits("alias", "staging", "--remove")
    assert (judged.digits("alias").stdout, aliases(judged.artifacts)) == ("no aliases\n", {})
    assert len(describe_all(judged.artifacts)) == 2


def test_an_alias_stands_for_a_version(judged: Project) -> None:
    """Wherever a version can be given, an alias can."""
    judged.digits("alias", "good", "v0001")
    assert judged.digits("promote", "good").stdout.startswith("champion v0001-")
    judged.digits("alias", "better", "good")
    assert judged.json("alias")["better"].startswith("v0001-")


@pytest.mark.parametrize(
    "name", ["champion", "latest", "previous", "v1", "v0001-abcd", "cafe", "Prod", "1st", "a/b", "..", "a b", "a" * 41]
)
def test_a_name_that_means_something_else_is_no_alias(name: str) -> None:
    """A reserved word, a version, a digest, and whatever is no plain name is a usage error."""
    with pytest.raises(UsageError, match="cannot be an alias"):
        check_alias(name)


def test_an_alias_that_leads_nowhere_is_named(judged: Project) -> None:
    """If its model was removed, `verify` and every use name the alias and say how to mend it."""
    judged.digits("alias", "old", "v0001")
    [folder] = (judged.artifacts / "store" / "wrap" / "bundle").glob("v0001-*")
    folder.rename(judged.path / "elsewhere")
    missing = judged.json("verify", status=4)["missing"]
    assert any("alias old" in users for users in missing.values())
    assert "the alias old leads nowhere" in judged.digits("promote", "old", status=4).stderr
    assert "there is no alias olt" in judged.digits("alias", "olt", "--remove", status=4).stderr
