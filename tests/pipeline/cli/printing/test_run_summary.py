"""The summary of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from pipeline.cli.printing.run_summary import summary
from schemas.artifacts.statistics import Source
from schemas.records.run import RunRecord, StageRecord


def test_a_summary_names_the_data(tmp_path: Path) -> None:
    """The data are named in each run, even in one whose stages are all unchanged."""
    record = RunRecord(run="", source=Source(name="tfds", dataset="MNIST 3.0.1 from tensorflow-datasets"))
    assert "data     MNIST 3.0.1 from tensorflow-datasets" in summary(record, tmp_path).splitlines()


def test_a_notice_takes_the_place_of_the_data(tmp_path: Path) -> None:
    """A notice names the data and why they replace others, so that no second line names them."""
    source = Source(name="sample", dataset="5,000 digits", why_not_tfds="no route to the host")
    shown = summary(RunRecord(run="", source=source, notice=source.notice), tmp_path)
    assert [line for line in shown.splitlines() if "5,000 digits" in line] == [f"notice   {source.notice}"]


@pytest.mark.parametrize("outcome", ["blocked", "skipped", "stale"])
def test_a_stage_that_is_not_carried_out_shows_no_seconds(
    tmp_path: Path, outcome: Literal["blocked", "skipped", "stale"]
) -> None:
    """However long the decision took: a column that is empty on a quick machine and 0.00 on a slow one says nothing."""
    stages = [StageRecord(stage="export", outcome=outcome, reason="a rule", seconds=0.004)]
    shown = summary(RunRecord(run="20260101T000000.000Z-0000", stages=stages), tmp_path)
    assert next(line for line in shown.splitlines() if line.startswith("export")).endswith("a rule")
