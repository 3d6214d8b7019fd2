"""The records and logs of a run."""

from __future__ import annotations

import json

import pytest

from tests.project import Project, toy_project
from tests.samples import write_digits

TAKING_IN = """\
stages:
  ingest:
    config: {source: folder, folder: mine}
  strangers:
    uses: ingest
    config: {source: folder, folder: theirs}
"""
WARNINGS = [
    "ingest: mine: 1 of 11 pictures cannot be read: 1/notes.png (a text file)",
    "strangers: the classes are very unequal: 16 train pictures of 1, 1 of 2",
]


def test_the_run_folder_links_what_it_used(ran: Project) -> None:
    """The run's folder has a relative link to each output, in a cached run as well."""
    ran.digits("run")
    link = ran.artifacts / "latest" / "shout.shouted"
    assert not link.readlink().is_absolute()
    assert (link / "text.txt").read_text() == "HELLO!"


def test_what_a_stage_prints_goes_to_its_log(ran: Project) -> None:
    """Standard output and error of a component go to the run's folder, not to the screen."""
    output = (ran.artifacts / "latest" / "logs" / "say" / "output.txt").read_text()
    assert output == "chatter on standard output\nchatter on standard error\n"
    again = ran.digits("run", "--force", "say")
    assert "chatter" not in again.stdout + again.stderr


def test_the_log_is_json_lines(ran: Project) -> None:
    """Every line of log.jsonl is an object with time, level, logger and message."""
    lines = (ran.artifacts / "latest" / "log.jsonl").read_text().splitlines()
    assert lines
    assert all({"time", "level", "logger", "message"} <= set(json.loads(line)) for line in lines)


def test_the_record_has_environment_start_and_overrides(ran: Project) -> None:
    """A run's record has its start, environment and overrides, and its folder the pipeline.yaml it used."""
    ran.digits("run", "--set", "say.times=2")
    document = ran.json("show")
    assert document["overrides"] == ["say.times=2"]
    assert document["environment"]["python"]
    assert document["started"].endswith("+00:00")
    assert (ran.artifacts / "latest" / "pipeline.yaml").read_text() == (ran.path / "pipeline.yaml").read_text()


def test_show_repeats_the_document_of_a_past_run(project: Project) -> None:
    """`show --json RUN` prints the same document as `run --json` did."""
    document = project.json("run")
    project.digits("run", "--set", "say.times=2")
    assert project.json("show", document["run"]) == document


def test_a_cached_stage_links_the_logs_of_its_execution(ran: Project) -> None:
    """The folder of a cached run links the logs of the run that executed the stage."""
    ran.digits("run")
    assert "chatter" in (ran.artifacts / "latest" / "logs" / "say" / "output.txt").read_text()


def test_the_record_has_the_library_versions(ran: Project) -> None:
    """The record has the versions of the libraries that the stages import."""
    ran.edit("toys/louder.py", "def louder", "import yaml as _yaml\n\n\ndef louder")
    ran.digits("run")
    libraries = set(ran.json("show")["environment"]["libraries"])
    assert libraries >= {"pydantic", "PyYAML"}


def test_show_repeats_the_error_of_a_failed_run(project: Project) -> None:
    """`show` prints the same error as the failed run."""
    failed = project.digits("run", "--set", "say.corrupt=true", status=4)
    error = "say failed: the word is corrupt"
    assert f"error: {error}" in failed.stderr
    assert f"error    {error}" in project.digits("show").stdout


@pytest.fixture(scope="module")
def warned(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with an ingest stage and one for strangers, both with warnings; the last run was cached."""
    project = toy_project(tmp_path_factory.mktemp("warned") / "toy", TAKING_IN)
    for folder, counts in (("mine", {"1": 5, "2": 5}), ("theirs", {"1": 20, "2": 2})):
        write_digits(project.path / folder, counts)
    for name in ("notes.png", "Thumbs.db"):
        (project.path / "mine" / "1" / name).write_text("no picture")
    project.digits("run")
    assert set(project.outcomes().values()) == {"unchanged"}
    return project


@pytest.mark.parametrize("command", ["show", "plan", "run"])
def test_warnings_of_ingest_stay_visible(warned: Project, command: str) -> None:
    """If ingest is cached, its warnings are repeated, one a line and with the stage's name."""
    lines = warned.digits(command).stdout.splitlines()
    assert [line.removeprefix("warning  ") for line in lines if line.startswith("warning  ")] == WARNINGS
    assert warned.json(command)["warnings"] == WARNINGS


def test_the_report_describes_the_main_data(warned: Project) -> None:
    """A report describes the first data set, with its skipped files, and not the strangers."""
    warned.digits("report")
    text = (warned.artifacts / "latest" / "report.html").read_text()
    assert "From the pictures in mine." in text
    assert "1 file skipped" in text
