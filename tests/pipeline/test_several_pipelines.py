"""Several pipelines in one project: the files that -f names, and what their runs share."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from pipeline.cli.arguments.past_run import find_run
from pipeline.cli.arguments.project import find_file
from pipeline.cli.main import app
from pipeline.cli.printing.outcome import print_outcome
from pipeline.cli.printing.runs_table import runs_table
from pipeline.load import load_past_pipeline, load_pipeline
from pipeline.runner.run import Run, Selection
from pipeline.runner.run_pipeline import run_pipeline
from pipeline.store import Store
from schemas.errors import InputError, UsageError
from schemas.settings.document import read_document
from tests.project import TOYS, toy_project

OTHER = "other.yaml"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return the folder of a project with two pipelines, in which nothing has run."""
    project = toy_project(tmp_path / "toy")
    (project.path / OTHER).write_text(TOYS.replace("hello", "goodbye"))
    (project.path / "sub").mkdir()
    return project.path


def run(house: Path, file: str | None = None, *overrides: str, first: str | None = None, last: str = "say") -> Run:
    """Run a pipeline up to a stage, by default the first."""
    return run_pipeline(load_pipeline(house, overrides, file), Store(house / "artifacts"), Selection(first, last))


def outcomes(finished: Run) -> dict[str, tuple[str, str]]:
    """Return the outcome and the reason of each stage of a run."""
    return {each.stage: (each.outcome, each.reason) for each in finished.record.stages}


@pytest.mark.parametrize("given", [OTHER, f"./{OTHER}", f"sub/../{OTHER}"])
def test_a_file_is_named_relative_to_the_project(given: str, house: Path) -> None:
    """Wherever the command runs, the name starts at the project's folder; an absolute path is taken too."""
    assert find_file(house, given) == OTHER
    assert find_file(house / "sub" / "..", str(house / given)) == OTHER
    assert find_file(house, "pipeline.yaml") is None


@pytest.mark.parametrize(
    ("given", "advice"), [("othr.yaml", 'did you mean "other.yaml"?'), (f"../{OTHER}", f"-f {OTHER}"), ("sub", "")]
)
def test_a_file_that_is_not_there_is_refused(
    given: str, advice: str, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error suggests the nearest name, or how the file is named that lies there from the current folder."""
    monkeypatch.chdir(house / "sub")
    with pytest.raises(UsageError, match="is no file of the project") as refused:
        find_file(house, given)
    assert (refused.value.do, refused.value.found[-12:]) == (advice, "no such file")


def test_a_file_outside_the_project_is_refused(house: Path) -> None:
    """Its paths and modules would be those of another folder than they look."""
    (house.parent / "out.yaml").write_text(TOYS)
    with pytest.raises(UsageError) as refused:
        find_file(house, "../out.yaml")
    assert refused.value.found == f"{house.parent / 'out.yaml'}: outside the project"


def test_an_error_names_the_file(house: Path) -> None:
    """The place of an error is in the file that was read."""
    (house / OTHER).write_text(TOYS.replace("word: hello", "times: many"))
    with pytest.raises(UsageError, match=r"^other\.yaml:4: say\.times"):
        load_pipeline(house, file=OTHER)


def test_paths_are_relative_to_the_project(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path in a file below the project's folder starts at that folder, like those of pipeline.yaml."""
    monkeypatch.chdir(house / "sub")
    (house / "sub" / "fetch.yaml").write_text("stages: {fetch: {uses: toys.fetch, config: {host: host.txt}}}")
    assert load_pipeline(house, file="sub/fetch.yaml").stages[0].settings.given == {"host": str(house / "host.txt")}


def test_the_record_keeps_the_file(house: Path) -> None:
    """The run's folder has the file that was run; the record, the list of runs and later commands name it."""
    finished = run(house, OTHER, "say.times=2")
    copy = finished.folder / "pipeline.yaml"
    assert (finished.record.file, finished.record.file_option) == (OTHER, ["-f", OTHER])
    assert read_document(copy).value == read_document(house / OTHER).value
    assert load_past_pipeline(house, finished.record, house / "artifacts").file == OTHER
    assert " -f other.yaml say.times=2 " in runs_table(house / "artifacts", [finished.record], [])
    (house / OTHER).write_text(TOYS)
    assert "(other other.yaml)" in runs_table(house / "artifacts", [finished.record], [])


def test_the_latest_run_of_a_file_is_found(house: Path) -> None:
    """With a file, the latest run is that of the file, and an error names the file that has none."""
    other, own = run(house, OTHER).record.run, run(house).record.run
    found = [find_run(house / "artifacts", None, file).run for file in (OTHER, "pipeline.yaml", None)]
    assert found == [other, own, own]
    with pytest.raises(UsageError, match=r"there is no run of third\.yaml yet"):
        find_run(house / "artifacts", None, "third.yaml")


def test_pipelines_share_the_store(house: Path) -> None:
    """What one pipeline has made is not made again by another in which nothing differs."""
    (house / OTHER).write_text(TOYS)
    first = run(house)
    assert outcomes(run(house, OTHER))["say"] == ("unchanged", f"unchanged (from run {first.record.run})")


def test_a_reason_is_relative_to_the_same_pipeline(house: Path) -> None:
    """Why a stage runs is what has changed since the last run of its own pipeline."""
    assert outcomes(run(house, OTHER))["say"] == ("ran", "first run")
    assert outcomes(run(house))["say"] == ("ran", "first run")
    assert outcomes(run(house, OTHER, "say.word=hi"))["say"] == ("ran", "config changed: word goodbye -> hi")


def test_a_rerun_takes_from_the_same_pipeline(house: Path) -> None:
    """The stages above come from the latest run of that file, not from the latest run."""
    run(house)
    with pytest.raises(InputError, match="it never ran") as refused:
        run(house, OTHER, first="shout", last="shout")
    assert refused.value.do == "digits run -f other.yaml --to say"
    own = run(house, OTHER).record.run
    run(house, None, "say.word=newest")
    assert outcomes(run(house, OTHER, first="shout", last="shout"))["say"][1] == f"taken from run {own}"


def test_the_command_to_retry_names_the_file(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After a failure, the printed command reruns the stage of the same pipeline."""
    context = typer.Context(typer.main.get_command(app), obj=house)
    with pytest.raises(typer.Exit):
        print_outcome(context, run(house, OTHER, "say.fail=x"), as_json=False)
    assert f"digits -C {house} rerun say -f other.yaml --set say.fail=x\n" in capsys.readouterr().err
