"""The cost of scoring a folder compared with its model's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from learning.training.networks import build_cnn
from tests.benchmarks.scoring.contenders import BEAM, FLOOR, ONE, TF32, contenders, prepare
from tests.benchmarks.scoring.rounds import Result, measure
from tests.project import Project
from tests.samples import make_transform

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900), pytest.mark.usefixtures("tensorflow_session")]

COUNT = 20_000


@pytest.fixture(scope="module")
def results(sealed: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Return the results of some contenders with the sealed bundle; TensorFlow's network is equal but untrained."""
    scratch = tmp_path_factory.mktemp("score")
    network = scratch / "model.keras"
    build_cnn(make_transform(scratch / "transform"), 10, seed=0).save(network)
    models = replace(prepare(scratch, sealed.path), keras=network)
    ways = contenders(scratch, models, COUNT, photos=10)
    return measure({name: ways[name] for name in (FLOOR, ONE, BEAM, TF32)}, 1, scratch)[0]


def test_a_picture_costs_75_microseconds_beyond_start_up_at_most(results: dict[str, Result]) -> None:
    """In one process, without start-up, a 28x28 PNG takes at most 75 microseconds of processor time."""
    assert results[ONE].beyond <= 75


def test_it_costs_a_quarter_of_tf_data_and_predict_at_most(results: dict[str, Result]) -> None:
    """With start-up, scoring takes at most a quarter of the time of tf.data and model.predict."""
    assert results[ONE].each <= results[TF32].each / 4


def test_beam_costs_a_quarter_more_at_most(results: dict[str, Result]) -> None:
    """Without start-up, Beam reaches at least 80 % of the local engine's speed."""
    assert results[BEAM].beyond <= results[ONE].beyond / 0.8
