"""The trials on rendered pictures report which picture is next."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from inference.model.reader import Reader
from learning.evaluation.trials import measure_refusals, measure_robustness, measure_strangers
from schemas.artifacts.examples import Split
from tests.inference.pictures import sample
from tests.samples import DIGITS


@pytest.fixture
def digits() -> Split:
    """Return three digits of each class."""
    images = sample().reshape(10, 500, 28, 28)[:, :3].reshape(-1, 28, 28)
    return Split(images, np.arange(30, dtype=np.int32) // 3, [str(i) for i in range(30)], DIGITS)


def _reported(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "progress" in vars(record)]


def test_robustness_counts_the_pictures_of_all_kinds(
    digits: Split, bundle: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One picture of each kind is reported, one after the other."""
    with caplog.at_level(logging.DEBUG, "digits"):
        tried = measure_robustness(digits, Reader(bundle), per_kind=1, seed=0)
    assert _reported(caplog) == [f"robustness pictures {done}/{len(tried)}" for done in range(len(tried))]


def test_refusals_count_the_pictures_of_all_kinds(
    digits: Split, bundle: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two pictures of each kind are reported, and the count goes on from kind to kind."""
    with caplog.at_level(logging.DEBUG, "digits"):
        tried = measure_refusals(digits, Reader(bundle), count=2, seed=0)
    assert _reported(caplog) == [f"pictures that are not digits {done}/{2 * len(tried)}" for done in range(10)]


def test_strangers_are_counted(digits: Split, bundle: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each picture of another data set is reported."""
    with caplog.at_level(logging.DEBUG, "digits"):
        measure_strangers(digits, Reader(bundle))
    assert _reported(caplog) == [f"strangers {done}/30" for done in range(30)]
