"""`digits runs`: the list, its order, names of runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.printing.runs_table import local_time, runs_table
from pipeline.history import name_run, run_names
from schemas.errors import UsageError
from schemas.records.run import RunRecord
from tests.once import once
from tests.project import Project, toy_project

FIRST, SECOND = "20260101T100000.000Z-aaaa", "20260102T100000.000Z-bbbb"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project with the records of two runs; the second used the pipeline.yaml of now."""
    project = toy_project(tmp_path / "toy")
    for name, metrics in ((FIRST, {"accuracy": 0.9, "log_loss": 0.1}), (SECOND, {"accuracy": 0.8, "log_loss": 0.2})):
        folder = project.artifacts / "runs" / name
        folder.mkdir(parents=True)
        record = RunRecord(run=name, metrics=metrics, overrides=["say.word=x"], started="2026-01-01T10:00:00+00:00")
        record.write(folder)
        text = (project.path / "pipeline.yaml").read_text() if name == SECOND else "stages: {}"
        (folder / "pipeline.yaml").write_text(text)
    return project


def listed(project: Project, *options: str) -> list[str]:
    """Return the names of the runs that are listed, in order."""
    return [each["run"] for each in project.json("runs", *options)]


def test_the_best_run_comes_first(project: Project) -> None:
    """Sorted by a metric, the best run comes first: the highest accuracy, the lowest log loss."""
    assert listed(project) == [SECOND, FIRST]
    assert listed(project, "--sort", "accuracy") == listed(project, "--sort", "log_loss") == [FIRST, SECOND]


def test_an_unknown_order_names_the_nearest(project: Project) -> None:
    """An order that is no column or metric is a usage error."""
    assert 'did you mean "accuracy"?' in project.digits("runs", "--sort", "acuracy", status=2).stderr


def test_the_limit_says_how_many_more_there_are(project: Project) -> None:
    """A shortened list says how to see the whole one."""
    shown = project.digits("runs", "--limit", "1")
    assert FIRST not in shown.stdout
    assert "1 of 2 runs: --limit 2 lists all" in shown.stderr


def test_the_table_says_what_was_set(project: Project) -> None:
    """The column set has the overrides, and says if pipeline.yaml was another one."""
    records = [
        RunRecord.from_json((project.artifacts / "runs" / name / "run.json").read_bytes()) for name in (FIRST, SECOND)
    ]
    first, second = runs_table(project.artifacts, records, ["log_loss"]).splitlines()[1:]
    assert " 0.1000    say.word=x (other pipeline.yaml)" in first
    assert " 0.2000    say.word=x " in second
    assert "(other" not in second


def test_times_are_local(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time is that of the reader's clock."""
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert local_time("2026-01-01T20:00:00+00:00") == "2026-01-02 05:00"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_name_stands_for_a_run(project: Project) -> None:
    """Every command that takes a run takes its name; the list shows it."""
    project.digits("runs", "--name", FIRST, "my first")
    assert project.json("show", "my first")["run"] == FIRST
    assert project.json("runs")[1]["name"] == "my first"
    assert "my first" in project.digits("runs").stdout
    project.digits("runs", "--name", "my first", "")
    assert project.json("runs")[1]["name"] is None


def test_a_new_name_replaces_the_old_one(project: Project) -> None:
    """A run has one name; a name that stood for another run now stands for this one."""
    name_run(project.artifacts, FIRST, "one")
    name_run(project.artifacts, SECOND, "two")
    name_run(project.artifacts, FIRST, "two")
    assert run_names(project.artifacts) == {"two": FIRST}


@pytest.mark.parametrize("name", ["a/b", ".hidden", "latest", "champion", "20260101T", "a\nb", "x" * 61])
def test_a_name_that_could_be_mistaken_is_refused(name: str, project: Project) -> None:
    """A name is not a path, not a word that means something else, and does not begin like a run."""
    with pytest.raises(UsageError, match="cannot be named"):
        name_run(project.artifacts, FIRST, name)


def test_json_has_the_sizes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each run has the bytes of its folder and of its artifacts."""
    folder = once(tmp_path_factory, "toy", lambda path: toy_project(path).digits("run"))
    [run] = Project(folder, {}).json("runs")
    files = [path for path in (folder / "artifacts" / "store").glob("*/*/v*/*") if path.is_file()]
    assert run["artifacts_size"] == sum(path.stat().st_size for path in files)
    assert run["size"] > 1000
