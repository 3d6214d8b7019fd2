"""What a run comes to."""

from __future__ import annotations

from pathlib import Path

from tests.project import Project, toy_project


def test_a_first_run_carries_every_stage_out_and_promotes(project: Project) -> None:
    """Every stage ran because it was the first time, and the bundle is the champion."""
    document = project.json("run")
    assert [(stage["stage"], stage["outcome"], stage["reason"]) for stage in document["stages"]] == [
        (name, "ran", "first run") for name in ("say", "shout", "bless", "pack")
    ]
    assert document["outcome"] == "promoted"
    assert (project.artifacts / "champion").readlink() == Path(document["champion"])


def test_a_second_run_changes_nothing(ran: Project) -> None:
    """Every stage is unchanged, and says since which run."""
    first = ran.json("show")["run"]
    assert set(ran.reasons().values()) == {f"unchanged (from run {first})"}


def test_a_second_run_promotes_too(ran: Project) -> None:
    """A run of cached stages has the outcome `promoted`, as its bundle is the champion."""
    assert ran.json("run")["outcome"] == "promoted"


def test_the_champion_follows_the_run_whose_bundle_is_cached(ran: Project) -> None:
    """Going back to an earlier config makes the earlier bundle the champion again."""
    first = (ran.artifacts / "champion").readlink()
    ran.digits("run", "--set", "say.word=goodbye")
    assert (ran.artifacts / "champion").readlink() != first
    ran.digits("run")
    assert (ran.artifacts / "champion").readlink() == first


def test_environment_variables_beat_the_file_and_set_beats_them(tmp_path: Path) -> None:
    """A setting comes from --set, else from its variable, else from pipeline.yaml."""
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
