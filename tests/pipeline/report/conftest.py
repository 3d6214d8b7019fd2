"""A handmade run, with the pictures, names and verdict a test wants."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pipeline.report.material import Material
from pipeline.report.page import render_report
from schemas.artifacts.blessing import Blessing, Verdict
from schemas.artifacts.comparison import Comparison
from schemas.artifacts.evaluation import CoveragePoint, DigitMetrics, Evaluation, Metrics, RiskCoverage, Tried
from schemas.artifacts.examples import Examples, Split
from schemas.artifacts.model import History, Round
from schemas.artifacts.rule_result import RuleResult
from schemas.artifacts.statistics import Source, SplitStatistics, Statistics, StatisticsRecord
from schemas.records.execution import Execution, Version
from schemas.records.fingerprint import Parts
from schemas.records.run import RunRecord, StageRecord
from tests.samples import make_split, seal

HOSTILE = "<script>alert(1)</script>\"'&"
ROUNDS = [
    Round(step=step, loss=1 / step, accuracy=0.5, validation_loss=1 / step, validation_accuracy=0.6) for step in (1, 2)
]


@pytest.fixture
def make_material(tmp_path: Path) -> Callable[..., Material]:
    """Return a function that makes an evaluated run from classes, labels and predicted indices."""
    return partial(_make, tmp_path / "artifacts")


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the report of a run that misread one picture of four."""
    return render_report(_make(tmp_path_factory.mktemp("usual") / "artifacts", [0, 1, 1, 0], [0, 1, 0, 0]))


def _make(
    artifacts: Path, labels: list[int], read: list[int], *, name: str = "one", classes: tuple[str, ...] = ("a", "b")
) -> Material:
    split = make_split(labels, classes)
    split = Split(split.images, split.labels, [f"{HOSTILE}-{i}" for i in range(len(labels))], classes)
    examples = _write_examples(artifacts, split)
    record = RunRecord(run=name, outcome="rejected", started="2026-01-01T00:00:00+00:00")
    record.environment = {"python": "3.11", "libraries": {"numpy": "2"}, "platform": HOSTILE, "git": None}
    paths = _write_outputs(artifacts, name, split, read)
    record.verdict = Blessing(artifacts / paths["blessing"]).verdict
    _write_execution(artifacts, name, examples, paths)
    record.stages = [
        StageRecord(stage="evaluate", outcome="ran", reason=HOSTILE, seconds=1.5, outputs=paths, fingerprint=name)
    ]
    (artifacts / "runs" / name).mkdir(parents=True)
    record.write(artifacts / "runs" / name)
    return Material(artifacts, record)


def _write_examples(artifacts: Path, split: Split) -> Version:
    path = "store/preprocess/examples/v0001-00000000"
    if not (artifacts / path).exists():
        (artifacts / path).mkdir(parents=True)
        Examples.write(artifacts / path, "test", split)
        seal(Examples, artifacts / path)
    return Version(path=path, content=Examples(artifacts / path).digest)


def _write_outputs(artifacts: Path, name: str, split: Split, read: list[int]) -> dict[str, str]:
    import numpy as np

    paths = {each: f"store/evaluate/{each}/{name}" for each in ("evaluation", "blessing", "statistics")}
    for path in paths.values():
        (artifacts / path).mkdir(parents=True)
    probabilities = np.full((len(split), len(split.classes)), 0.1, np.float32)
    probabilities[np.arange(len(split)), read] = 0.9
    Evaluation.write(
        artifacts / paths["evaluation"],
        metrics_of(split, read),
        split,
        probabilities,
        np.zeros(len(split), np.bool_),
        [split.classes[0]] * len(split),
    )
    seal(Evaluation, artifacts / paths["evaluation"])
    Blessing.write(artifacts / paths["blessing"], _verdict(split))
    seal(Blessing, artifacts / paths["blessing"])
    Statistics.write(artifacts / paths["statistics"], _statistics(split))
    seal(Statistics, artifacts / paths["statistics"])
    return paths


def metrics_of(split: Split, read: list[int]) -> Metrics:
    """Return metrics with the true confusion matrix and accuracy, and placeholders for the rest."""
    count = len(split.classes)
    confusion = [[0] * count for _ in range(count)]
    for label, each in zip(split.labels.tolist(), read, strict=True):
        confusion[label][each] += 1
    right = sum(confusion[i][i] for i in range(count))
    digits = {
        name: DigitMetrics(count=sum(confusion[i]), precision=0.5, recall=0.5, f1=0.5)
        for i, name in enumerate(split.classes)
    }
    return Metrics(
        split="test",
        count=len(split),
        accuracy=right / len(split) if len(split) else None,
        precision=0.5,
        recall=0.5,
        f1=0.5,
        log_loss=0.4,
        coverage=1.0,
        answered_accuracy=right / len(split) if len(split) else None,
        answered=len(split),
        risk_coverage=_surest(len(split), right) if len(split) else None,
        robustness={"shadow": 0.5, "inverted": 1.0},
        robustness_tried={"shadow": Tried(right=1, count=2), "inverted": Tried(right=2, count=2)},
        refusals={"noise": 1.0, HOSTILE: 0.0},
        per_digit=digits,
        confusion=confusion,
    )


def _surest(count: int, right: int) -> RiskCoverage:
    whole = CoveragePoint(coverage=1.0, count=count, accuracy=right / count, confidence=0.90006)
    half = CoveragePoint(coverage=0.5, count=-(-count // 2), accuracy=1.0, confidence=0.90006)
    return RiskCoverage(points=[whole, half], aurc=0.0123456)


def _verdict(split: Split) -> Verdict:
    rule = RuleResult(
        metric="accuracy",
        expected="lower >= 0.965",
        actual=0.5,
        bound=0.25,
        confidence=0.95,
        count=len(split),
        shortfall=0.715,
        shortfall_pictures=17,
        passed=False,
        reason=f"accuracy {HOSTILE} is too low",
    )
    ids = split.ids
    comparison = Comparison(
        champion="v0001-00000000",
        content="c",
        count=len(split),
        accuracy=0.5,
        champion_accuracy=0.75,
        difference=-0.25,
        interval=(-0.5, 0.0),
        better=len(ids[:1]),
        worse=len(ids[1:3]),
        p=0.75,
        better_ids=ids[:1],
        worse_ids=ids[1:3],
    )
    return Verdict.of([rule], model="m", examples="e", evaluation="v", comparison=comparison)


def _statistics(split: Split) -> StatisticsRecord:
    figures = SplitStatistics(
        count=len(split), classes=dict.fromkeys(split.classes, 1), mean=0.1, std=0.3, duplicates=0
    )
    source = Source(name="folder", dataset=f"the pictures in {HOSTILE}")
    return StatisticsRecord(source=source, splits={"test": figures}, overlap=0, warnings=[HOSTILE])


def _write_execution(artifacts: Path, name: str, examples: Version, paths: dict[str, str]) -> None:
    parts = Parts(source={}, config={"seed": 0, "name": name}, inputs={}, libraries={}, python="3.11", threads=None)
    outputs = {each: Version(path=path, content="0") for each, path in paths.items()}
    execution = Execution(
        stage="evaluate",
        run=name,
        fingerprint=name,
        parts=parts,
        inputs={"examples": examples},
        outputs=outputs,
        environment={},
        started="2026-01-01T00:00:00+00:00",
        seconds=1.5,
    )
    folder = artifacts / "store" / "evaluate" / "executions"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(execution.to_json())


@pytest.fixture
def history() -> History:
    """Return a training history of two rounds."""
    return History(rounds=ROUNDS, best=1)
