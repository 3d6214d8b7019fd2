"""Statistics record where the data came from."""

from __future__ import annotations

from pathlib import Path

from schemas.artifacts.statistics import Source, SplitStatistics, Statistics, StatisticsRecord


def test_the_requested_data_needs_no_notice() -> None:
    """There is no notice if the data is what was requested."""
    assert Source(name="tfds", dataset="MNIST 3.0.1 from tensorflow-datasets").notice is None


def test_a_chosen_sample_needs_no_notice() -> None:
    """There is no notice if the sample itself was requested."""
    assert Source(name="sample", dataset="5,000 digits of MNIST").notice is None


def test_a_stand_in_has_a_notice() -> None:
    """If the sample replaces the full data, the notice says so and why."""
    source = Source(name="sample", dataset="5,000 digits of MNIST", why_not_tfds="no route to the host")
    assert source.notice == "data: 5,000 digits of MNIST instead of the full MNIST (no route to the host)"


def test_the_record_survives_the_round_trip(tmp_path: Path) -> None:
    """The record read is the record written, including missing figures."""
    splits = {
        "train": SplitStatistics(count=2, classes={"0": 1, "1": 1}, mean=0.1, std=0.3, duplicates=1),
        "test": SplitStatistics(count=0, classes={"0": 0, "1": 0}, mean=None, std=None, duplicates=0),
    }
    record = StatisticsRecord(source=Source(name="sample", dataset="digits"), splits=splits, overlap=0)
    Statistics.write(tmp_path, record)
    assert Statistics(tmp_path).read() == record
