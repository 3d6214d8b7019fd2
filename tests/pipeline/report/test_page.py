"""The report of a run, whatever the run left behind."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable

import pytest

from learning.synthetic.robustness import KINDS
from pipeline.report.material import Material
from pipeline.report.page import render_report, write_report
from pipeline.report.sections.trials import digit_for
from schemas.artifacts.blessing import Verdict
from schemas.records.run import RunRecord, StageRecord
from schemas.settings.gate import RuleResult
from tests.pipeline.report.conftest import HOSTILE
from tests.pipeline.report.page_html import read_page
from tests.project import Project, toy_project
from tests.samples import make_split

Make = Callable[..., Material]


def test_the_verdict_comes_first(make_material: Make) -> None:
    """The first heading is the verdict, and the reason stands above every section."""
    text = render_report(make_material([0, 1, 1, 0], [0, 1, 0, 0]))
    page = read_page(text)
    assert next(tag for tag, _ in page.tags if tag.startswith("h") and tag[1:].isdigit()) == "h1"
    assert page.text.index("Refused") < page.text.index("is too low") < page.text.index("The rules")


def test_a_shortfall_is_given_in_pictures(make_material: Make) -> None:
    """The rule that was missed says how many more pictures had to be right."""
    assert "17 more correct needed" in render_report(make_material([0, 1], [0, 0]))


def test_nothing_a_user_wrote_becomes_markup(make_material: Make) -> None:
    """Ids, classes, kinds, warnings and reasons with markup in them are shown as they are."""
    page = read_page(render_report(make_material([0, 1, 1, 0], [0, 1, 0, 0], classes=(HOSTILE, "b"))))
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count("<script>alert(1)</script>") > 5
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_the_page_is_well_formed(make_material: Make) -> None:
    """Every element is closed where it should be, and no id is used twice."""
    page = read_page(render_report(make_material([0, 1, 1, 0], [0, 1, 0, 0])))
    ids = page.values("id")
    assert page.unbalanced == []
    assert len(ids) == len(set(ids))


def test_everything_is_inside_of_the_page(make_material: Make) -> None:
    """No address leads anywhere but into the page itself."""
    page = read_page(render_report(make_material([0, 1, 1, 0], [0, 1, 0, 0])))
    addresses = [*page.values("src"), *page.values("href"), *page.values("xlink:href")]
    assert {address.split(",")[0].split("#")[0] for address in addresses} <= {"", "data:", "data:image/png;base64"}
    assert "script" not in {tag for tag, _ in page.tags}


def test_every_picture_has_words(make_material: Make) -> None:
    """Each picture has an alternative text, and each drawing a title and a description."""
    page = read_page(render_report(make_material([0, 1, 1, 0], [0, 1, 0, 0])))
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) > 2
    assert all(attributes["alt"] for attributes in pictures)
    drawings = [attributes["aria-labelledby"].split() for tag, attributes in page.tags if tag == "svg"]
    assert len(drawings) == 3
    assert all(name in page.values("id") for names in drawings for name in names)


def test_the_same_run_gives_the_same_page(make_material: Make) -> None:
    """Two reports of a run are equal to the byte."""
    material = make_material([0, 1, 1, 0], [0, 1, 0, 0])
    again = Material(material.artifacts, material.record)
    assert render_report(material) == render_report(again)


def test_the_misread_come_with_the_most_confident_first(make_material: Make) -> None:
    """The gallery has every misread picture once, with what it is and what was read."""
    text = read_page(render_report(make_material([0, 1, 1, 0], [0, 0, 0, 0]))).text
    assert "2 pictures of 4 misread" in text
    assert text.count("b, read as a") == 2


def test_the_champion_is_compared_picture_by_picture(make_material: Make) -> None:
    """The comparison says that it may be chance, and draws what got better and what got worse."""
    text = read_page(render_report(make_material([0, 1, 1, 0], [0, 1, 0, 0]))).text
    assert "-25.00 points (-50.00 to +0.00)" in text
    assert "cannot be told apart" in text
    assert (
        text.index("Got better: 1 picture") < text.index("read as a, champion a") < text.index("Got worse: 2 pictures")
    )
    assert "read as b, champion a" in text


def test_what_holding_back_is_worth_is_said(make_material: Make) -> None:
    """The surest answers are tabled with their least confidence, rounded down, and so is what the decision answers."""
    text = read_page(render_report(make_material([0, 1, 1, 0], [0, 1, 0, 0]))).text
    assert "(AURC), the mean share misread over all coverages, is 0.012346" in text
    table = " ".join(text[text.index("Risk and coverage, with 95 % intervals") :].split())
    assert table.index("100.0 % from 0.9000 1 of 4 75.00 %") < table.index("50.0 % from 0.9000 0 of 2 100.00 %")
    assert "100.0 % decision in use 1 of 4 75.00 % 30.06 to 95.44 %" in table


def test_an_evaluation_that_did_not_measure_the_curve_is_no_reason_to_fail(make_material: Make) -> None:
    """The report of a run of an earlier version says that it has no risk-coverage curve."""
    material = make_material([0, 1, 1, 0], [0, 1, 0, 0])
    material.metrics = material.metrics.model_copy(update={"risk_coverage": None})
    assert "This evaluation did not measure risk and coverage." in render_report(material)


@pytest.mark.parametrize("name", ["evaluation", "statistics", "blessing"])
def test_an_artifact_that_is_gone_is_said(make_material: Make, name: str) -> None:
    """A report is written, and says what is missing."""
    material = make_material([0, 1], [0, 0])
    shutil.rmtree(material.artifacts / "store" / "evaluate" / name)
    page = read_page(render_report(material))
    assert page.unbalanced == []
    assert name == "blessing" or "are gone" in page.text or "is gone" in page.text


def test_a_damaged_prediction_is_said(make_material: Make) -> None:
    """A file that cannot be read any more leaves out what needs it, and no more."""
    material = make_material([0, 1], [0, 0])
    path = material.artifacts / material.record.stages[0].outputs["evaluation"] / "predictions.parquet"
    path.write_bytes(path.read_bytes()[:50])
    text = read_page(render_report(material)).text
    assert text.count("Not shown:") == 3
    assert "17 more correct needed" in text


def test_a_run_that_was_killed_at_once_has_a_report(make_material: Make) -> None:
    """A run without a single stage says that it was interrupted, and once what is missing; no section is empty."""
    material = make_material([0, 1], [0, 0])
    bare = Material(material.artifacts, RunRecord(run="one", under_way="train"))
    page = read_page(render_report(bare))
    assert "interrupted in train" in page.text
    assert "This run has no Blessing, Evaluation, Model, Bundle, Statistics: it did not get that far." in page.text
    assert [attributes["id"] for tag, attributes in page.tags if tag == "section"] == ["reproduction"]
    assert page.values("href")[1:] == ["#reproduction"]


def test_what_a_partial_run_lacks_is_said_once(make_material: Make) -> None:
    """What is missing, why, and the command that goes on stand in one sentence; its sections and links are left out."""
    material = make_material([0, 1], [0, 0])
    stale = [StageRecord(stage=name, outcome="stale", reason="may run") for name in ("calibrate", "evaluate")]
    partial = RunRecord(run="one", outcome="partial", stages=stale, overrides=["train.seed=1"])
    page = read_page(render_report(Material(material.artifacts, partial)))
    text = " ".join(page.text.split())
    assert "This run has no Blessing, Evaluation, Model, Bundle, Statistics: calibrate, evaluate stale." in text
    assert "stale. To produce them: digits run --set train.seed=1" in text
    assert text.count("This run has no") == 1
    sections = [attributes["id"] for tag, attributes in page.tags if tag == "section"]
    assert sections == ["stages", "reproduction"]
    assert page.values("href")[1:] == ["#stages", "#reproduction"]


def test_a_refused_run_is_not_sent_on(make_material: Make) -> None:
    """Where it was the gate that kept a stage from running, no command is given that would do so."""
    material = make_material([0, 1], [0, 0])
    material.record.stages.append(StageRecord(stage="export", outcome="blocked", reason="not blessed"))
    text = render_report(material)
    assert "This run has no Model, Bundle: export blocked.</p>" in text


def test_a_command_ends_no_line_within_an_option(make_material: Make) -> None:
    """The command that a notice ends with is set as one, and each of its options cannot be broken."""
    material = make_material([0, 1], [0, 0])
    material.record.notice = "the sample; to retry: digits run --force ingest"
    text = render_report(material)
    assert '<code>digits run <span class="option">--force</span> ingest</code></p>' in text
    material.record.notice = "the sample; to retry: unset DIGITS_OFFLINE, then digits run"
    assert "unset DIGITS_OFFLINE, then <code>digits run</code></p>" in render_report(material)


def test_what_passed_unmeasured_is_not_called_met(make_material: Make) -> None:
    """The head says that a rule passed without a comparison, and not that all are met."""
    material = make_material([0, 1], [0, 0])
    met = RuleResult(metric="accuracy", expected=">= 0.5", actual=0.5, passed=True, reason="")
    first = met.model_copy(update={"metric": "champion", "actual": None, "note": "first model: no comparison"})
    material.record.outcome = "promoted"
    material.record.verdict = Verdict.of([met, first], model="m", examples="e", evaluation="v")
    text = read_page(render_report(material)).text
    assert "1 of 2 rules met, 1 passed without a comparison." in text
    assert "All 2 rules" not in text


def test_a_warning_of_the_model_is_at_the_top(make_material: Make) -> None:
    """What an evaluation warns of stands above the first figure."""
    material = make_material([0, 1], [0, 0])
    material.metrics = material.metrics.model_copy(update={"warnings": ["27 % are called unsure"]})
    text = read_page(render_report(material)).text
    assert text.index("27 % are called unsure") < text.index("read right")


def test_each_kind_is_shown_with_another_digit() -> None:
    """The pictures that show the kinds are of ten digits in turn, and of each digit no picture twice."""
    split = make_split([0] * 5 + list(range(10)) * 2)
    shown = [digit_for(split, kind).tobytes() for kind in KINDS]
    labels = {image.tobytes(): label for image, label in zip(split.images, split.labels.tolist(), strict=True)}
    assert [labels[image] for image in shown] == [i % 10 for i in range(len(KINDS))]
    assert len(set(shown)) == len(KINDS)


def test_points_that_are_the_same_pictures_are_one(make_material: Make) -> None:
    """Of few pictures 99.5 % are all of them, and are not tabled again."""
    material = make_material([0, 1, 1, 0], [0, 1, 0, 0])
    curve = material.metrics.risk_coverage
    assert curve
    nearly = curve.points[0].model_copy(update={"coverage": 0.995})
    doubled = curve.model_copy(update={"points": [curve.points[0], nearly, curve.points[1]]})
    material.metrics = material.metrics.model_copy(update={"risk_coverage": doubled})
    text = read_page(render_report(material)).text
    assert "50.0 %" in text
    assert "99.5 %" not in text


def test_a_failure_is_the_headline(make_material: Make) -> None:
    """A run that failed says where and why."""
    material = make_material([0, 1], [0, 0])
    stage = StageRecord(stage="train", outcome="failed", reason="first run", error="ValueError: too hot")
    page = read_page(
        render_report(Material(material.artifacts, RunRecord(run="one", outcome="failed", stages=[stage])))
    )
    assert page.text.index("Failed") < page.text.index("train: ValueError: too hot") < page.text.index("Stages")


def test_no_test_pictures_are_no_reason_to_fail(make_material: Make) -> None:
    """An evaluation of nothing gives a report that says so."""
    assert "There are no test pictures." in render_report(make_material([], []))


def test_names_that_are_no_text_can_be_written(make_material: Make) -> None:
    """What stands for bytes that are not UTF-8 is written out, and so is what would turn the text around."""
    material = make_material([0, 1], [0, 0])
    material.record.notice = "folder \udcff and \u202eleft"
    path = material.folder / "report.html"
    assert write_report(material, path) == path.stat().st_size
    assert r"folder \udcff and \u202eleft" in path.read_text(encoding="utf-8")


def test_a_run_of_ones_own_stages_has_a_report(ran: Project) -> None:
    """A pipeline without any of our stages is reported: its verdict, stages and lineage."""
    done = ran.digits("report")
    page = read_page((ran.artifacts / "latest" / "report.html").read_text())
    assert done.stdout.strip().endswith("report.html")
    assert "Promoted" in page.text
    assert "v0001" in page.text


def test_a_run_says_how_to_get_its_report(project: Project) -> None:
    """The end of a run, and `show`, give the command that writes its report; once it is written, `show` names it."""
    finished = project.digits("run", "--set", "bless.least=99", status=3)
    [command] = [line for line in finished.stdout.splitlines() if line.startswith("report ")]
    assert command in project.digits("show").stdout.splitlines()
    project.digits("run")
    title, digits, _, folder, *words = shlex.split(command)
    assert (title, digits, folder) == ("report", "digits", str(project.path))
    written = project.digits(*words).stdout.strip()
    assert f"report   {written}" in project.digits("show", words[-1]).stdout.splitlines()
    assert written not in project.digits("show").stdout


def test_reports_can_go_elsewhere(ran: Project) -> None:
    """--out names the file; a folder that does not exist is a usage error, and nothing is written."""
    ran.digits("report", "--out", str(ran.path / "here.html"))
    refused = ran.digits("report", "--out", str(ran.path / "no" / "here.html"), status=2)
    assert (ran.path / "here.html").stat().st_size > 5000
    assert not (ran.artifacts / "latest" / "report.html").exists()
    assert "cannot be written" in refused.stderr


def test_the_report_opens_in_the_browser(ran: Project) -> None:
    """--open hands the file to the browser of the user's choice."""
    browser = ran.path / "browser"
    browser.write_text(f"#!/bin/sh\necho $1 > {ran.path}/opened\n")
    browser.chmod(0o755)
    Project(ran.path, {"BROWSER": f"{browser} %s"}).digits("report", "--open")
    opened = (ran.path / "opened").read_text().strip()
    assert opened.startswith("file:///")
    assert opened.endswith("report.html")


def test_without_a_browser_the_file_is_named(ran: Project) -> None:
    """Where no browser can be started, --open says which file to open, and is no failure."""
    done = Project(ran.path, {"BROWSER": "/nowhere/browser %s"}).digits("report", "--open")
    assert "no browser found: open /" in done.stderr


def test_a_failed_run_of_the_command_has_a_report(project: Project) -> None:
    """The report of a run that failed names the error."""
    project.digits("run", "--set", "say.fail=boom", status=1)
    project.digits("report")
    assert "ValueError: boom" in (project.artifacts / "latest" / "report.html").read_text()


def test_a_run_without_a_gate_has_a_report(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A pipeline that judges nothing says that nothing was judged."""
    project = toy_project(
        tmp_path_factory.mktemp("toy") / "toy", "stages:\n  say:\n    uses: toys.say\n    config: {word: hello}\n"
    )
    project.digits("run")
    project.digits("report")
    assert "No model was judged" in (project.artifacts / "latest" / "report.html").read_text()
