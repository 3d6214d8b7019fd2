"""The record of a run collects sources, notices and warnings from its stages."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from schemas.artifacts.evaluation import Evaluation, Metrics
from schemas.artifacts.statistics import Source, SplitStatistics, Statistics, StatisticsRecord
from schemas.records.execution import Execution, Parts, Version
from schemas.records.run import RunRecord, StageRecord
from tests.samples import make_split, seal

SAMPLE = Source(name="sample", dataset="5,000 digits of MNIST", why_not_tfds="no route to the host")
FOLDER = Source(name="folder", dataset="the pictures in mine")


def add_statistics(record: RunRecord, artifacts: Path, stage: str, source: Source, warnings: list[str]) -> None:
    """Add a stage that ingested pictures from a source."""
    split = SplitStatistics(count=1, classes={"0": 1}, mean=0.1, std=0.3, duplicates=0)
    (artifacts / stage).mkdir(parents=True)
    Statistics.write(
        artifacts / stage, StatisticsRecord(source=source, splits={"test": split}, overlap=0, warnings=warnings)
    )
    seal(Statistics, artifacts / stage)
    add_stage(record, artifacts, stage)


def add_stage(record: RunRecord, artifacts: Path, stage: str) -> None:
    """Add a stage with one output: the sealed folder of its name."""
    execution = Execution(
        stage=stage,
        run="one",
        fingerprint=stage,
        parts=Parts(source={}, config={}, inputs={}, libraries={}, python="3.11", threads=None),
        inputs={},
        outputs={"output": Version(path=stage, content="0")},
        environment={},
        started="2026-01-01T00:00:00+00:00",
        seconds=1.0,
    )
    record.add(StageRecord(stage=stage, outcome="unchanged", reason="unchanged"), execution, artifacts)


def test_a_second_source_keeps_the_first(tmp_path: Path) -> None:
    """With a second source in the run, the source, notice and warnings of the first remain."""
    record = RunRecord(run="one")
    add_statistics(record, tmp_path, "ingest", SAMPLE, ["wildly unequal"])
    add_statistics(record, tmp_path, "strangers", FOLDER, ["cannot be read"])
    assert record.source == SAMPLE
    assert record.notice == f"{SAMPLE.notice}; to retry: digits run --force ingest"
    assert record.warnings == ["ingest: wildly unequal", "strangers: cannot be read"]


def test_warnings_of_the_model_follow_those_of_the_data(tmp_path: Path) -> None:
    """The warnings of an evaluation follow those of the data."""
    record, folder = RunRecord(run="one"), tmp_path / "evaluate"
    add_statistics(record, tmp_path, "ingest", FOLDER, ["wildly unequal"])
    metrics = Metrics(
        split="test",
        count=0,
        accuracy=None,
        precision=None,
        recall=None,
        f1=None,
        log_loss=None,
        warnings=["27 % are called unsure"],
        per_digit={},
        confusion=[],
    )
    folder.mkdir()
    Evaluation.write(folder, metrics, make_split([]), np.zeros((0, 10), np.float32), np.zeros(0, np.bool_))
    seal(Evaluation, folder)
    add_stage(record, tmp_path, "evaluate")
    assert record.warnings == ["ingest: wildly unequal", "evaluate: 27 % are called unsure"]
