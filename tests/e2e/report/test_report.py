"""Report, comparison, lineage and model card of the shipped pipeline."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from tests.project import HOUSE, Project

HEAVY = ("tensorflow", "keras", "tensorflow_datasets", "apache_beam", "sklearn")
CODE = (
    "import sys; from pipeline.cli.main import app; app(sys.argv[2:], standalone_mode=False);"
    "print([name for name in sys.argv[1].split(',') if name in sys.modules], file=sys.stderr)"
)
SECONDS = 10  # of processor time; it takes 2 on two slow cores


def report_of(project: Project, *arguments: str) -> str:
    """Write a report and return its text."""
    written = project.digits("report", *arguments).stdout.strip()
    return Path(written).read_text(encoding="utf-8")


def names(project: Project) -> tuple[str, str]:
    """Return the names of the first and the latest run."""
    runs = project.json("runs")
    return runs[-1]["run"], runs[0]["run"]


@pytest.fixture(scope="module")
def of_promoted(refused: Project) -> str:
    """Return the report of the first run."""
    return report_of(refused, names(refused)[0])


@pytest.fixture(scope="module")
def of_refused(refused: Project) -> str:
    """Return the report of the latest run."""
    return report_of(refused)


def test_nothing_is_missing_from_the_report_of_a_promoted_run(of_promoted: str) -> None:
    """Only the comparison with a champion is missing, because there was no other champion."""
    assert "Promoted" in of_promoted
    missing = re.findall(r'<p class="missing">([^<]*)', of_promoted)
    assert missing == ["Against the champion: There was no other champion to compare with."]


def test_the_report_of_a_refused_run_has_the_shortfall(of_refused: str) -> None:
    """The report of a refused run has the shortfall in pictures and the sections that are missing."""
    assert "Refused" in of_refused
    assert re.search(r"\d+ more correct needed", of_refused)
    missing = re.findall(r'<p class="missing">([^<]*)', of_refused)
    assert missing == [
        "This run has no Bundle: export blocked.",
        "Against the champion: There was no other champion to compare with.",
    ]
    assert "The champion stays." in of_refused


def test_the_gallery_shows_the_misread_digits(refused: Project, of_refused: str) -> None:
    """The report shows as many misread digits as the metrics count, up to 60."""
    metrics = json.loads((refused.artifacts / "latest" / "evaluate.evaluation" / "metrics.json").read_text())
    wrong = round(1000 * (1 - metrics["accuracy"]))
    assert f"{wrong} pictures of 1,000 misread" in of_refused
    assert of_refused.count('<figure class="tile">') >= min(wrong, 60)


@pytest.mark.parametrize("command", [("report",), ("lineage", "champion"), ("lineage",)])
def test_a_command_loads_no_tensorflow(refused: Project, command: tuple[str, ...]) -> None:
    """Commands that read runs import no TensorFlow and take a few seconds of processor time at most."""
    line = [sys.executable, "-c", CODE, ",".join(HEAVY), "-C", str(refused.path), *command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(line, cwd=HOUSE, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stderr.splitlines()[-1] == "[]"
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < SECONDS


def test_two_runs_of_one_model_differ_in_the_rule_alone(refused: Project) -> None:
    """Two runs of one model differ in the overridden setting, and in no metric or picture."""
    found = refused.json("compare", *names(refused))
    settings = {each["setting"] for each in found["settings"]}
    assert "evaluate.gate.accuracy.at_least" in settings
    assert (found["better"], found["worse"], found["count"], found["unpaired"]) == ([], [], 1000, "")
    assert {each["difference"] for each in found["metrics"]} == {0}
    assert {tuple(each["interval"]) for each in found["metrics"] if each["interval"]} == {(0, 0)}


def test_the_lineage_of_the_champion_reaches_ingest(refused: Project) -> None:
    """The champion's lineage has each of the six Executions once."""
    tree = refused.digits("lineage", "champion").stdout
    made = re.findall(r"OUTPUT of Execution (\w+) \w+,", tree)
    assert sorted(made) == ["calibrate", "evaluate", "export", "ingest", "preprocess", "train"]


def test_hugging_face_loads_the_card_of_the_bundle(trained: Project) -> None:
    """Hugging Face's library reads the run's accuracy from the bundle's README.md."""
    card: Any = ModelCard.load(trained.artifacts / "champion" / "README.md")
    results = {each.metric_type: each.metric_value for each in card.data.eval_results}
    assert results["accuracy"] == pytest.approx(trained.json("show")["metrics"]["accuracy"], abs=1e-6)
    model = json.loads((trained.artifacts / "latest" / "train.model" / "manifest.json").read_text())["content"]
    assert model in card.text


def test_size_and_speed_of_the_bundle_are_reported(of_promoted: str) -> None:
    """The report has the size of the LiteRT model and its time for one picture."""
    assert re.search(r"LiteRT</t[dh]>.*?\d+ KiB", of_promoted)
    assert re.search(r"one picture, LiteRT, one thread</t[dh]>.*?\d+ µs", of_promoted)
