"""Scoring a folder costs little more than the model."""

from __future__ import annotations

import pytest

from tests.benchmarks.score import BEAM, FLOOR, ONE, TF32, Result, contenders, measure, prepare
from tests.project import SHORTENED, shipped_project

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

COUNT = 20_000


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Give what some of the contenders cost, with a model of the shipped pipeline on few pictures."""
    scratch = tmp_path_factory.mktemp("score")
    project = shipped_project(scratch / "shipped", SHORTENED)
    project.digits("run")
    ways = contenders(scratch, prepare(scratch, project.path), COUNT, photos=10)
    return measure({name: ways[name] for name in (FLOOR, ONE, BEAM, TF32)}, 1, scratch)[0]


def test_a_picture_costs_75_microseconds_beyond_start_up_at_most(results: dict[str, Result]) -> None:
    """28x28 PNGs, one process, with the rows written."""
    assert results[ONE].beyond <= 75


def test_it_costs_a_quarter_of_tf_data_and_predict_at_most(results: dict[str, Result]) -> None:
    """All told, start-up of both included."""
    assert results[ONE].each <= results[TF32].each / 4


def test_beam_costs_a_quarter_more_at_most(results: dict[str, Result]) -> None:
    """Beyond start-up, on one core: 80 % of the local engine's speed."""
    assert results[BEAM].beyond <= results[ONE].beyond / 0.8
