"""Comparison of two runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.cli.looking.compare import summary
from pipeline.report.comparison import compare_runs
from pipeline.report.material import Material
from schemas.artifacts.evaluation import Evaluation
from schemas.artifacts.model import History, Model
from schemas.manifest import MANIFEST, Manifest, hash_files
from schemas.records.run import RunRecord, StageRecord
from tests.project import Project

Make = Callable[..., Material]


def test_pictures_that_changed_are_named(make_material: Make) -> None:
    """A picture that only the second run reads right is better; one that only the first reads right is worse."""
    found = compare_runs(make_material([0, 1, 1], [0, 0, 1]), make_material([0, 1, 1], [1, 1, 1], name="two"))
    assert [(each.id[-1], each.label, each.first, each.second) for each in found.better] == [("1", "b", "a", "b")]
    assert [(each.id[-1], each.label, each.first, each.second) for each in found.worse] == [("0", "a", "a", "b")]
    assert (found.count, found.p, found.unpaired) == (3, 1.0, "")


def test_a_run_does_not_differ_from_itself(make_material: Make) -> None:
    """Compared with itself, a run has no difference and every interval has width 0."""
    material = make_material([0, 1, 1], [0, 0, 1])
    found = compare_runs(material, material)
    assert {each.difference for each in found.metrics if each.difference is not None} == {0.0}
    assert {each.interval for each in found.metrics if each.interval} == {(0.0, 0.0)}
    assert (found.settings, found.better, found.worse) == ([], [], [])


def test_settings_that_differ_are_listed(make_material: Make) -> None:
    """A setting that differs is listed under its --set name, with both values."""
    found = compare_runs(make_material([0, 1], [0, 0]), make_material([0, 1], [0, 0], name="two"))
    assert [(each.setting, each.first, each.second) for each in found.settings] == [("evaluate.name", "one", "two")]


def test_runs_on_different_pictures_are_not_paired(make_material: Make) -> None:
    """Runs on different test pictures have their figures side by side, without intervals."""
    first, second = make_material([0, 1], [0, 0]), make_material([0, 1], [0, 0], name="two")
    record = first.artifacts / "store" / "evaluate" / "executions" / "two.json"
    content = first.maker(first.path_of(Evaluation)).inputs["examples"].content
    record.write_text(record.read_text().replace(content, "0" * 64))
    found = compare_runs(first, second)
    assert "did not evaluate the same pictures" in found.unpaired
    assert {each.interval for each in found.metrics} == {None}
    assert found.metrics[0].difference == 0


def test_a_run_without_evaluation_leaves_its_figures_empty(make_material: Make) -> None:
    """If one run has no evaluation, that is reported and only the other's figures are shown."""
    material = make_material([0, 1], [0, 0])
    found = compare_runs(material, Material(material.artifacts, RunRecord(run="empty")))
    assert found.unpaired.startswith("the second run was not evaluated")
    assert found.metrics[0].first == 0.5
    assert found.metrics[0].second is None


def test_the_command_reports_the_difference(ran: Project) -> None:
    """The command lists the setting that differs, and reports that toy stages have no evaluation."""
    first = ran.json("show")["run"]
    ran.digits("run", "--set", "say.word=goodbye")
    second = ran.json("show")["run"]
    printed = ran.digits("compare", first, second).stdout
    assert "say.word: hello -> goodbye" in printed
    assert "the first run was not evaluated" in printed
    document = ran.json("compare", first, second)
    assert document["settings"] == [{"setting": "say.word", "first": "hello", "second": "goodbye"}]


def test_a_partial_run_is_compared_by_its_settings(ran: Project) -> None:
    """Settings of stages that did not run are compared, and no table of metrics is printed."""
    first = ran.json("show")["run"]
    ran.digits("run", "--to", "say", "--set", "shout.end=x", "--set", "bless.least=4")
    printed = ran.digits("compare", first, "latest").stdout
    assert "shout: ran -> did not run\nshout.end: ! -> x\n" in printed
    assert "bless.least: 3 -> 4" in printed
    assert "metric" not in printed


def test_figures_of_a_single_run_make_no_table(make_material: Make) -> None:
    """If one run was not evaluated, one sentence reports it, without a table."""
    material = make_material([0, 1], [0, 0])
    text = summary(compare_runs(material, Material(material.artifacts, RunRecord(run="empty"))))
    assert text.endswith("the second run was not evaluated: it did not get that far")
    assert "accuracy" not in text


def test_an_unknown_run_is_a_usage_error(ran: Project) -> None:
    """An unknown run is a usage error."""
    assert "there is no run nothing" in ran.digits("compare", "nothing", "nothing", status=2).stderr


def test_runs_that_ended_before_the_test_are_compared_on_validation(tmp_path: Path, history: History) -> None:
    """Such as those of a sweep: the figures that both have make a table, and a sentence says what is missing."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "history.json").write_text(history.to_json())
    (tmp_path / "model" / MANIFEST).write_text(Manifest(type="Model", content="0", files={}).to_json())
    trained = StageRecord(stage="train", outcome="ran", reason="", outputs={"model": "model"})
    run = Material(tmp_path, RunRecord(run="one", stages=[trained]))
    text = summary(compare_runs(run, run))
    assert "validation_accuracy  0.6000  0.6000  +0.0000" in text
    assert text.endswith("the first run was not evaluated: it did not get that far")


def test_a_model_of_a_type_of_ones_own_has_curves(tmp_path: Path, history: History) -> None:
    """The curves of a run are those of its last model, whatever the type that its stage declares is called."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / Model.HISTORY).write_text(history.to_json())
    (tmp_path / "model" / Model.KERAS).write_bytes(b"")
    manifest = Manifest(type="mine.network.Mine", content="0", files=hash_files(tmp_path / "model"))
    (tmp_path / "model" / MANIFEST).write_text(manifest.to_document())
    trained = StageRecord(stage="train", outcome="ran", reason="", outputs={"model": "model"})
    assert Material(tmp_path, RunRecord(run="one", stages=[trained])).history == history
