"""Two runs side by side."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.cli.compare import summary
from pipeline.report.comparison import compare_runs
from pipeline.report.material import Material
from schemas.artifacts.evaluation import Evaluation
from schemas.records.run import RunRecord
from tests.project import Project

Make = Callable[..., Material]


def test_pictures_that_changed_are_named(make_material: Make) -> None:
    """A picture that only the second run reads right got better, and one that only the first does got worse."""
    found = compare_runs(make_material([0, 1, 1], [0, 0, 1]), make_material([0, 1, 1], [1, 1, 1], name="two"))
    assert [(each.id[-1], each.label, each.first, each.second) for each in found.better] == [("1", "b", "a", "b")]
    assert [(each.id[-1], each.label, each.first, each.second) for each in found.worse] == [("0", "a", "a", "b")]
    assert (found.count, found.p, found.unpaired) == (3, 1.0, "")


def test_a_run_is_as_good_as_itself(make_material: Make) -> None:
    """Against itself no figure differs, and no interval has a width."""
    material = make_material([0, 1, 1], [0, 0, 1])
    found = compare_runs(material, material)
    assert {each.difference for each in found.metrics if each.difference is not None} == {0.0}
    assert {each.interval for each in found.metrics if each.interval} == {(0.0, 0.0)}
    assert (found.settings, found.better, found.worse) == ([], [], [])


def test_settings_that_differ_are_listed(make_material: Make) -> None:
    """A setting with another value is named as --set would name it, with both values."""
    found = compare_runs(make_material([0, 1], [0, 0]), make_material([0, 1], [0, 0], name="two"))
    assert [(each.setting, each.first, each.second) for each in found.settings] == [("evaluate.name", "one", "two")]


def test_other_pictures_are_not_paired(make_material: Make) -> None:
    """Runs that judged other examples have their figures side by side, and no interval."""
    first, second = make_material([0, 1], [0, 0]), make_material([0, 1], [0, 0], name="two")
    record = first.artifacts / "store" / "evaluate" / "executions" / "two.json"
    content = first.maker(first.path_of(Evaluation)).inputs["examples"].content
    record.write_text(record.read_text().replace(content, "0" * 64))
    found = compare_runs(first, second)
    assert "did not evaluate the same pictures" in found.unpaired
    assert {each.interval for each in found.metrics} == {None}
    assert found.metrics[0].difference == 0


def test_a_run_without_evaluation_is_compared_as_far_as_it_goes(make_material: Make) -> None:
    """Where one run evaluated nothing that is said, and the other's figures are shown."""
    material = make_material([0, 1], [0, 0])
    found = compare_runs(material, Material(material.artifacts, RunRecord(run="empty")))
    assert found.unpaired.startswith("the second run was not evaluated")
    assert found.metrics[0].first == 0.5
    assert found.metrics[0].second is None


def test_the_command_says_what_differs(ran: Project) -> None:
    """Two runs of toy stages differ in the setting that was overridden, and have no figures to compare."""
    first = ran.json("show")["run"]
    ran.digits("run", "--set", "say.word=goodbye")
    second = ran.json("show")["run"]
    said = ran.digits("compare", first, second).stdout
    assert "say.word: hello -> goodbye" in said
    assert "the first run was not evaluated" in said
    document = ran.json("compare", first, second)
    assert document["settings"] == [{"setting": "say.word", "first": "hello", "second": "goodbye"}]


def test_a_run_that_ended_early_is_compared_by_what_was_asked_of_it(ran: Project) -> None:
    """A setting that --set gave to a stage which was not reached is listed, and no figure is missed one by one."""
    first = ran.json("show")["run"]
    ran.digits("run", "--to", "say", "--set", "shout.end=x", "--set", "bless.least=4")
    said = ran.digits("compare", first, "latest").stdout
    assert "shout: ran -> did not run\nshout.end: ! -> x\n" in said
    assert "bless.least: 3 -> 4" in said
    assert "metric" not in said


def test_figures_of_one_run_alone_are_no_table(make_material: Make) -> None:
    """Where one run was not evaluated, that is said once, in place of a table of what is missing."""
    material = make_material([0, 1], [0, 0])
    text = summary(compare_runs(material, Material(material.artifacts, RunRecord(run="empty"))))
    assert text.endswith("the second run was not evaluated: it did not get that far")
    assert "accuracy" not in text


def test_a_run_that_is_not_there_is_a_usage_error(ran: Project) -> None:
    """An unknown run is refused."""
    assert "there is no run nothing" in ran.digits("compare", "nothing", "nothing", status=2).stderr
