"""The report of a run, complete or not."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable

import pytest

from learning.synthetic.robustness import KINDS
from pipeline.report.material import Material
from pipeline.report.page import render_report, write_report
from pipeline.report.sections.trials import digit_for
from schemas.artifacts.blessing import Verdict
from schemas.artifacts.rule_result import RuleResult, SliceFigure
from schemas.records.run import RunRecord, StageRecord
from tests.pipeline.report.conftest import HOSTILE
from tests.pipeline.report.page_html import read_page
from tests.project import Project, toy_project
from tests.samples import make_split

Make = Callable[..., Material]


def test_the_verdict_comes_first(usual: str) -> None:
    """The first heading is the verdict, and its reason stands above every section."""
    page = read_page(usual)
    assert next(tag for tag, _ in page.tags if tag.startswith("h") and tag[1:].isdigit()) == "h1"
    assert page.text.index("Refused") < page.text.index("is too low") < page.text.index("The rules")


def test_a_shortfall_is_given_in_pictures(make_material: Make) -> None:
    """A missed rule says how many more pictures must be right."""
    assert "17 more correct needed" in render_report(make_material([0, 1], [0, 0]))


def test_every_slice_is_in_the_report(make_material: Make) -> None:
    """Every slice has a row with its figure, interval and count, not the worst alone."""
    slices = [
        SliceFigure(metric="accuracy", column="light", value=value, count=2000, figure=0.75, interval=(0.7, 0.8))
        for value in ("night", "day")
    ]
    rule = RuleResult(
        metric="accuracy", of="light", expected=">= 0.5", actual=0.75, passed=True, reason="", slices=slices
    )
    made = make_material([0, 1], [0, 0])
    verdict = Verdict.of([rule], model="m", examples="e", evaluation="v")
    text = read_page(render_report(Material(made.artifacts, made.record.changed(verdict=verdict)))).text
    assert [value for value in ("light night", "light day") if value in text] == ["light night", "light day"]
    assert "70.00 to 80.00" in text


@pytest.mark.parametrize("classes", [("a", "b"), ("0", "1")])
def test_classes_are_called_digits_only_if_they_are(make_material: Make, classes: tuple[str, str]) -> None:
    """A report on letters speaks of classes; one on digits has a section on each digit."""
    text = read_page(render_report(make_material([0, 1, 1, 0], [0, 1, 0, 0], classes=classes))).text
    assert bool(re.search(r"\b[Dd]igit\b", text)) == (classes == ("0", "1"))
    assert ("Each digit" if classes == ("0", "1") else "Each class") in text


def test_text_from_outside_is_escaped(make_material: Make) -> None:
    """Ids, classes, kinds, warnings and reasons that contain markup are escaped."""
    page = read_page(render_report(make_material([0, 1, 1, 0], [0, 1, 0, 0], classes=(HOSTILE, "b"))))
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count("<script>alert(1)</script>") > 5
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_the_page_is_well_formed(usual: str) -> None:
    """Every element is closed properly, and no id occurs twice."""
    page = read_page(usual)
    ids = page.values("id")
    assert page.unbalanced == []
    assert len(ids) == len(set(ids))


def test_the_page_links_to_nothing_outside(usual: str) -> None:
    """Every address is a data URI or leads to a place in the page."""
    page = read_page(usual)
    addresses = [*page.values("src"), *page.values("href"), *page.values("xlink:href")]
    assert {address.split(",")[0].split("#")[0] for address in addresses} <= {"", "data:", "data:image/png;base64"}
    assert "script" not in {tag for tag, _ in page.tags}


def test_every_picture_has_a_text_alternative(usual: str) -> None:
    """Each picture has an alternative text, and each plot a title and a description."""
    page = read_page(usual)
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) > 2
    assert all(attributes["alt"] for attributes in pictures)
    drawings = [attributes["aria-labelledby"].split() for tag, attributes in page.tags if tag == "svg"]
    assert len(drawings) == 3
    assert all(name in page.values("id") for names in drawings for name in names)


def test_the_same_run_gives_the_same_page(make_material: Make) -> None:
    """Two reports of a run are equal byte for byte."""
    material = make_material([0, 1, 1, 0], [0, 1, 0, 0])
    again = Material(material.artifacts, material.record)
    assert render_report(material) == render_report(again)


def test_the_gallery_shows_each_misread_picture_once(make_material: Make) -> None:
    """The gallery shows each misread picture once, with its label and the predicted class."""
    text = read_page(render_report(make_material([0, 1, 1, 0], [0, 0, 0, 0]))).text
    assert "2 pictures of 4 misread" in text
    assert text.count("b, read as a") == 2


def test_the_champion_is_compared_picture_by_picture(usual: str) -> None:
    """The comparison gives the difference, says that it may be chance, and shows better and worse pictures."""
    text = read_page(usual).text
    assert "-25.00 points (-50.00 to +0.00)" in text
    assert "cannot be told apart" in text
    assert (
        text.index("Got better: 1 picture") < text.index("read as a, champion a") < text.index("Got worse: 2 pictures")
    )
    assert "read as b, champion a" in text


def test_risk_and_coverage_are_tabled(usual: str) -> None:
    """The risk-coverage table has thresholds, rounded down, and the operating point of the decision in use."""
    text = read_page(usual).text
    assert "(AURC), the mean share misread over all coverages, is 0.012346" in text
    table = " ".join(text[text.index("Risk and coverage, with 95 % intervals") :].split())
    assert table.index("100.0 % from 0.9000 1 of 4 75.00 %") < table.index("50.0 % from 0.9000 0 of 2 100.00 %")
    assert "100.0 % decision in use 1 of 4 75.00 % 30.06 to 95.44 %" in table


def test_an_evaluation_without_a_curve_has_a_report(make_material: Make) -> None:
    """The report of an evaluation without a risk-coverage curve says that it has none."""
    material = make_material([0, 1, 1, 0], [0, 1, 0, 0])
    material.metrics = material.metrics.changed(risk_coverage=None)
    assert "This evaluation did not measure risk and coverage." in render_report(material)


@pytest.mark.parametrize("name", ["evaluation", "statistics", "blessing"])
def test_a_missing_artifact_is_reported(make_material: Make, name: str) -> None:
    """If an artifact is lost, the report is well-formed and says what is missing."""
    material = make_material([0, 1], [0, 0])
    shutil.rmtree(material.artifacts / "store" / "evaluate" / name)
    page = read_page(render_report(material))
    assert page.unbalanced == []
    assert name == "blessing" or "are gone" in page.text or "is gone" in page.text


def test_damaged_predictions_leave_out_only_what_needs_them(make_material: Make) -> None:
    """A damaged predictions file removes the three sections that need it, and nothing else."""
    material = make_material([0, 1], [0, 0])
    path = material.artifacts / material.record.stages[0].outputs["evaluation"] / "predictions.parquet"
    path.write_bytes(path.read_bytes()[:50])
    text = read_page(render_report(material)).text
    assert text.count("Not shown:") == 3
    assert "17 more correct needed" in text


def test_a_run_killed_at_once_has_a_report(make_material: Make) -> None:
    """A run without stages is reported as interrupted; what is missing is said once, and no section is empty."""
    material = make_material([0, 1], [0, 0])
    bare = Material(material.artifacts, RunRecord(run="one", under_way="train"))
    page = read_page(render_report(bare))
    assert "interrupted in train" in page.text
    assert "This run has no Blessing, Evaluation, Model, Bundle, Statistics: it did not get that far." in page.text
    assert [attributes["id"] for tag, attributes in page.tags if tag == "section"] == ["reproduction"]
    assert page.values("href")[1:] == ["#reproduction"]


def test_missing_outputs_of_a_partial_run_are_listed_once(make_material: Make) -> None:
    """One sentence says what is missing, why, and which command resumes; empty sections and links are left out."""
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


def test_a_refused_run_has_no_command_to_resume(make_material: Make) -> None:
    """If the gate blocked a stage, the report suggests no command to produce its outputs."""
    material = make_material([0, 1], [0, 0])
    material.record.stages.append(StageRecord(stage="export", outcome="blocked", reason="not blessed"))
    text = render_report(material)
    assert "This run has no Model, Bundle: export blocked.</p>" in text


def test_a_line_never_breaks_within_an_option(make_material: Make) -> None:
    """The command at the end of a notice is set as code, and no line breaks inside its options."""
    material = make_material([0, 1], [0, 0])
    material.record.notice = "the sample; to retry: digits run --force ingest"
    text = render_report(material)
    assert '<code>digits run <span class="option">--force</span> ingest</code></p>' in text
    material.record.notice = "the sample; to retry: unset DIGITS_OFFLINE, then digits run"
    assert "unset DIGITS_OFFLINE, then <code>digits run</code></p>" in render_report(material)


def test_a_rule_passed_without_a_comparison_is_not_met(make_material: Make) -> None:
    """A rule that passed without a comparison is counted separately from the rules that are met."""
    material = make_material([0, 1], [0, 0])
    met = RuleResult(metric="accuracy", expected=">= 0.5", actual=0.5, passed=True, reason="")
    first = met.changed(metric="champion", actual=None, note="first model: no comparison")
    material.record.outcome = "promoted"
    material.record.verdict = Verdict.of([met, first], model="m", examples="e", evaluation="v")
    text = read_page(render_report(material)).text
    assert "1 of 2 rules met, 1 passed without a comparison." in text
    assert "All 2 rules" not in text


def test_a_warning_of_the_model_is_at_the_top(make_material: Make) -> None:
    """A warning of the evaluation stands above the first figure."""
    material = make_material([0, 1], [0, 0])
    material.metrics = material.metrics.changed(warnings=["27 % are called unsure"])
    text = read_page(render_report(material)).text
    assert text.index("27 % are called unsure") < text.index("read right")


def test_each_kind_is_shown_with_another_digit() -> None:
    """The example pictures of the kinds take the digits in turn, and no picture is used twice."""
    split = make_split([0] * 5 + list(range(10)) * 2)
    shown = [digit_for(split, kind).tobytes() for kind in KINDS]
    labels = {image.tobytes(): label for image, label in zip(split.images, split.labels.tolist(), strict=True)}
    assert [labels[image] for image in shown] == [i % 10 for i in range(len(KINDS))]
    assert len(set(shown)) == len(KINDS)


def test_points_with_equal_pictures_are_one_row(make_material: Make) -> None:
    """Two coverages that select the same pictures have one row in the table."""
    material = make_material([0, 1, 1, 0], [0, 1, 0, 0])
    curve = material.metrics.risk_coverage
    assert curve
    nearly = curve.points[0].changed(coverage=0.995)
    doubled = curve.changed(points=[curve.points[0], nearly, curve.points[1]])
    material.metrics = material.metrics.changed(risk_coverage=doubled)
    text = read_page(render_report(material)).text
    assert "50.0 %" in text
    assert "99.5 %" not in text


def test_a_failure_is_the_headline(make_material: Make) -> None:
    """A failed run begins with the stage and its error."""
    material = make_material([0, 1], [0, 0])
    stage = StageRecord(stage="train", outcome="failed", reason="first run", error="ValueError: too hot")
    page = read_page(
        render_report(Material(material.artifacts, RunRecord(run="one", outcome="failed", stages=[stage])))
    )
    assert page.text.index("Failed") < page.text.index("train: ValueError: too hot") < page.text.index("Stages")


def test_an_empty_test_split_has_a_report(make_material: Make) -> None:
    """An evaluation of no pictures has a report that says so."""
    assert "There are no test pictures." in render_report(make_material([], []))


def test_odd_characters_are_escaped(make_material: Make) -> None:
    """Surrogates of bytes that are not UTF-8, and characters that reverse text, are written as escapes."""
    material = make_material([0, 1], [0, 0])
    material.record.notice = "folder \udcff and \u202eleft"
    path = material.folder / "report.html"
    assert write_report(material, path) == path.stat().st_size
    assert r"folder \udcff and \u202eleft" in path.read_text(encoding="utf-8")


def test_a_run_of_custom_stages_has_a_report(ran: Project) -> None:
    """A pipeline without any shipped stage has a report with its verdict and lineage."""
    done = ran.digits("report")
    page = read_page((ran.artifacts / "latest" / "report.html").read_text())
    assert done.stdout.strip().endswith("report.html")
    assert "Promoted" in page.text
    assert "v0001" in page.text


def test_a_run_says_how_to_get_its_report(project: Project) -> None:
    """A run and `show` print the command that writes the report; afterwards `show` prints its path."""
    finished = project.digits("run", "--set", "bless.least=99", status=3)
    [command] = [line for line in finished.stdout.splitlines() if line.startswith("report ")]
    assert command in project.digits("show").stdout.splitlines()
    project.digits("run")
    title, digits, _, folder, *words = shlex.split(command)
    assert (title, digits, folder) == ("report", "digits", str(project.path))
    written = project.digits(*words).stdout.strip()
    assert f"report   {written}" in project.digits("show", words[-1]).stdout.splitlines()
    assert written not in project.digits("show").stdout


def test_out_names_the_file_of_the_report(ran: Project) -> None:
    """--out names the file; a folder that does not exist is a usage error."""
    ran.digits("report", "--out", str(ran.path / "here.html"))
    refused = ran.digits("report", "--out", str(ran.path / "no" / "here.html"), status=2)
    assert (ran.path / "here.html").stat().st_size > 5000
    assert not (ran.artifacts / "latest" / "report.html").exists()
    assert "cannot be written" in refused.stderr


def test_the_report_opens_in_the_browser(ran: Project) -> None:
    """--open passes the file's address to the user's browser."""
    browser = ran.path / "browser"
    browser.write_text(f"#!/bin/sh\necho $1 > {ran.path}/opened\n")
    browser.chmod(0o755)
    Project(ran.path, {"BROWSER": f"{browser} %s"}).digits("report", "--open")
    opened = (ran.path / "opened").read_text().strip()
    assert opened.startswith("file:///")
    assert opened.endswith("report.html")


def test_without_a_browser_the_file_is_named(ran: Project) -> None:
    """Without a browser, --open succeeds and says which file to open."""
    done = Project(ran.path, {"BROWSER": "/nowhere/browser %s"}).digits("report", "--open")
    assert "no browser found: open /" in done.stderr


def test_the_report_of_a_failed_run_names_the_error(project: Project) -> None:
    """The report of a failed run names the error."""
    project.digits("run", "--set", "say.fail=boom", status=1)
    project.digits("report")
    assert "ValueError: boom" in (project.artifacts / "latest" / "report.html").read_text()


def test_a_run_without_a_gate_has_a_report(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The report of a pipeline without a gate says that no model was judged."""
    project = toy_project(
        tmp_path_factory.mktemp("toy") / "toy", "stages:\n  say:\n    uses: toys.say\n    config: {word: hello}\n"
    )
    project.digits("run")
    project.digits("report")
    assert "No model was judged" in (project.artifacts / "latest" / "report.html").read_text()
