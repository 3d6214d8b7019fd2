"""Runs in a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.cli.looking.compare import table
from pipeline.report.material import Material
from pipeline.report.table import RunTable, tabulate
from schemas.records.run import RunRecord

Make = Callable[..., Material]


@pytest.fixture
def runs(make_material: Make) -> list[Material]:
    """Return two evaluated runs and one that stopped above, of another file."""
    evaluated = [make_material([0, 1], read, name=name) for name, read in (("one", [0, 1]), ("two", [0, 0]))]
    stopped = RunRecord(run="three", overrides=["train.seed=1"], file="other.yaml")
    return [*evaluated, Material(evaluated[0].artifacts, stopped)]


@pytest.fixture
def found(runs: list[Material]) -> RunTable:
    """Return the table of the three."""
    return tabulate(runs)


def test_settings_that_differ_are_columns(found: RunTable) -> None:
    """A setting that all runs share is left out; that of a stage which a run did not carry out is not known."""
    assert found.settings == ["file", "evaluate.name"]
    assert [each.settings for each in found.runs] == [
        {"file": "pipeline.yaml", "evaluate.name": "one"},
        {"file": "pipeline.yaml", "evaluate.name": "two"},
        {"file": "other.yaml"},
    ]


def test_metrics_are_columns(found: RunTable) -> None:
    """What one run has not measured is None there."""
    assert [each.metrics["accuracy"] for each in found.runs] == [1.0, 0.5, None]


def test_other_changes_are_named(runs: list[Material]) -> None:
    """Code, libraries and data that differ from the first run's are named for each run."""
    record = runs[1].artifacts / "store" / "evaluate" / "executions" / "two.json"
    record.write_text(record.read_text().replace('"python": "3.11"', '"python": "3.12"', 1))
    assert [list(each.others) for each in tabulate(runs).runs] == [[], ["evaluate"], []]


def test_a_table_can_be_given_to_other_programs(found: RunTable, runs: list[Material]) -> None:
    """CSV has the whole figures; the others are rounded."""
    whole, rounded = (table(found, runs[0].artifacts, form).splitlines() for form in ("csv", "markdown"))
    assert whole[0].startswith("run,file,evaluate.name,accuracy,")
    assert whole[2].startswith("two,pipeline.yaml,two,0.5,")
    assert rounded[3].startswith("| two | pipeline.yaml | two | 0.5000 |")
