"""Outcomes of runs."""

from __future__ import annotations

from pathlib import Path

from schemas.records.promotion import read_history
from tests.project import Project, toy_project


def test_a_first_run_executes_every_stage_and_promotes(project: Project) -> None:
    """A first run executes every stage and makes its bundle the champion."""
    document = project.json("run")
    assert [(stage["stage"], stage["outcome"], stage["reason"]) for stage in document["stages"]] == [
        (name, "ran", "first run") for name in ("say", "shout", "bless", "pack")
    ]
    assert document["outcome"] == "promoted"
    assert (project.artifacts / "champion").readlink() == Path(document["champion"])


def test_a_second_run_changes_nothing(ran: Project) -> None:
    """In a second run every stage is unchanged and names the run that executed it."""
    first = ran.json("show")["run"]
    assert set(ran.reasons().values()) == {f"unchanged (from run {first})"}


def test_a_second_run_is_unchanged(ran: Project) -> None:
    """A run in which nothing ran and whose bundle is the champion already promotes nothing: it is `unchanged`."""
    assert ran.json("run")["outcome"] == "unchanged"
    assert len(read_history(ran.artifacts).promotions) == 1


def test_a_run_that_is_to_promote_nothing_leaves_the_champion(ran: Project) -> None:
    """With --no-promote the bundle is written and the run says how to promote it; the next run would."""
    before = (ran.artifacts / "champion").readlink()
    document = ran.json("run", "--no-promote", "--set", "say.word=goodbye")
    assert (document["outcome"], document["champion"]) == ("completed", str(before))
    name = Path(document["stages"][-1]["outputs"]["bundle"]).name
    assert document["explanation"] == f"not promoted, as asked: digits promote {name} makes it the champion"
    assert f"note     {document['explanation']}" in ran.digits("show").stdout
    assert ran.json("run", "--set", "say.word=goodbye")["outcome"] == "promoted"


def test_a_run_does_not_promote_what_was_given_up(ran: Project) -> None:
    """After a rollback the run that made the bad model leaves the champion, until somebody promotes it by hand."""
    first = (ran.artifacts / "champion").readlink()
    ran.digits("run", "--set", "say.word=bad")
    ran.digits("rollback")
    document = ran.json("run", "--set", "say.word=bad")
    assert (document["outcome"], document["champion"]) == ("completed", str(first))
    assert "was given up by the rollback of 20" in document["explanation"]
    name = Path(document["stages"][-1]["outputs"]["bundle"]).name
    assert f"digits promote {name} makes it the champion" in document["explanation"]
    ran.digits("promote", name)
    assert ran.json("run", "--set", "say.word=bad")["outcome"] == "unchanged"


def test_a_cached_bundle_becomes_the_champion_again(ran: Project) -> None:
    """Returning to an earlier config makes its cached bundle the champion again."""
    first = (ran.artifacts / "champion").readlink()
    ran.digits("run", "--set", "say.word=goodbye")
    assert (ran.artifacts / "champion").readlink() != first
    ran.digits("run")
    assert (ran.artifacts / "champion").readlink() == first


def test_environment_variables_beat_the_file_and_set_beats_them(tmp_path: Path) -> None:
    """--set overrides an environment variable, which overrides pipeline.yaml."""
    project = toy_project(tmp_path / "toy")
    project.edit(
        "toys/say.py", 'word: str = "hello"', 'word: str = Field(default="hello", json_schema_extra={"env": "WORD"})'
    )
    project.edit(
        "toys/say.py", "from schemas.artifacts.artifact", "from pydantic import Field\nfrom schemas.artifacts.artifact"
    )
    spoken = Project(project.path, {"WORD": "variable"})
    spoken.digits("run")
    assert (spoken.artifacts / "latest" / "say.text" / "text.txt").read_text() == "variable"
    spoken.digits("run", "--set", "say.word=option")
    assert (spoken.artifacts / "latest" / "say.text" / "text.txt").read_text() == "option"
