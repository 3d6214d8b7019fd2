"""The report, the comparison, the lineage and the card of runs of the shipped pipeline."""

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
SECONDS = 10  # of the processor: on two slow cores it takes 2


def report_of(project: Project, *arguments: str) -> str:
    """Write a report and read it."""
    written = project.digits("report", *arguments).stdout.strip()
    return Path(written).read_text(encoding="utf-8")


def names(project: Project) -> tuple[str, str]:
    """Give the names of the first run and of the latest."""
    runs = project.json("runs")
    return runs[-1]["run"], runs[0]["run"]


def test_nothing_is_missing_from_the_report_of_a_promoted_run(refused: Project) -> None:
    """Every section but the comparison with a champion, which there was not, is there and has its contents."""
    text = report_of(refused, names(refused)[0])
    assert "Promoted" in text
    missing = re.findall(r'<p class="missing">([^<]*)', text)
    assert missing == ["Against the champion: There was no other champion to compare with."]


def test_the_report_of_a_refused_run_says_what_lacked(refused: Project) -> None:
    """It has the rule and the number of pictures that lacked; the champion is this very model, and no other."""
    text = report_of(refused)
    assert "Refused" in text
    assert re.search(r"\d+ more correct needed", text)
    missing = re.findall(r'<p class="missing">([^<]*)', text)
    assert missing == [
        "This run has no Bundle: export blocked.",
        "Against the champion: There was no other champion to compare with.",
    ]
    assert "The champion stays." in text


def test_the_gallery_is_what_was_misread(refused: Project) -> None:
    """The report shows as many misread digits as the metrics count, up to 60."""
    metrics = json.loads((refused.artifacts / "latest" / "evaluate.evaluation" / "metrics.json").read_text())
    wrong = round(1000 * (1 - metrics["accuracy"]))
    text = report_of(refused)
    assert f"{wrong} pictures of 1,000 misread" in text
    assert text.count('<figure class="tile">') >= min(wrong, 60)


@pytest.mark.parametrize("command", [("report",), ("lineage", "champion"), ("lineage",)])
def test_a_command_loads_no_tensorflow(refused: Project, command: tuple[str, ...]) -> None:
    """Reading about a run costs a few seconds of the processor at most, and no TensorFlow."""
    line = [sys.executable, "-c", CODE, ",".join(HEAVY), "-C", str(refused.path), *command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(line, cwd=HOUSE, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stderr.splitlines()[-1] == "[]"
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < SECONDS


def test_two_runs_of_one_model_differ_in_the_rule_alone(refused: Project) -> None:
    """The comparison finds the setting that was overridden, and no figure and no picture that differs."""
    found = refused.json("compare", *names(refused))
    settings = {each["setting"] for each in found["settings"]}
    assert "evaluate.gate.accuracy.at_least" in settings
    assert (found["better"], found["worse"], found["count"], found["unpaired"]) == ([], [], 1000, "")
    assert {tuple(each["interval"]) for each in found["metrics"]} == {(0, 0)}


def test_the_lineage_of_the_champion_reaches_ingest(refused: Project) -> None:
    """The tree of the champion has each of the six Executions once, whole."""
    tree = refused.digits("lineage", "champion").stdout
    made = re.findall(r"OUTPUT of Execution (\w+) \w+,", tree)
    assert sorted(made) == ["calibrate", "evaluate", "export", "ingest", "preprocess", "train"]


def test_hugging_face_loads_the_card_of_the_bundle(trained: Project) -> None:
    """The README.md that is sealed in the bundle has the accuracy of the run as its result."""
    card: Any = ModelCard.load(trained.artifacts / "champion" / "README.md")
    results = {each.metric_type: each.metric_value for each in card.data.eval_results}
    assert results["accuracy"] == pytest.approx(trained.json("show")["metrics"]["accuracy"], abs=1e-6)
    model = json.loads((trained.artifacts / "latest" / "train.model" / "manifest.json").read_text())["content"]
    assert model in card.text


def test_size_and_speed_of_the_bundle_are_reported(refused: Project) -> None:
    """They are shown, and refused by no rule."""
    text = report_of(refused, names(refused)[0])
    assert re.search(r"LiteRT</t[dh]>.*?\d+ KiB", text)
    assert re.search(r"one picture, LiteRT, one thread</t[dh]>.*?\d+ µs", text)
