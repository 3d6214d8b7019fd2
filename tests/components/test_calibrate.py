"""Calibration corrects overconfidence and refuses no more digits than requested."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from components.calibrate import CalibrateConfig, calibrate
from learning.evaluation.trials import ModelReader
from learning.synthetic.ways import WAYS
from learning.training.networks import build_mlp
from schemas.artifacts.calibration import Calibration
from schemas.artifacts.examples import SIDE, Examples, Split
from schemas.artifacts.model import Model
from tests.machines.varied import SEED
from tests.samples import HISTORY, make_output, make_transform, seal

CLASSES = ("left", "middle", "right")

pytestmark = pytest.mark.usefixtures("tensorflow_session")


def bars(count: int, seed: int) -> Split:
    """Return pictures of one bar on faint noise, labelled by its place."""
    random = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.int32) % len(CLASSES)
    images = random.integers(0, 32, (count, SIDE, SIDE), np.uint8)
    for image, label in zip(images, labels, strict=True):
        top = random.integers(2, 8)
        image[top : top + 16, 6 + 7 * label : 9 + 7 * label] = random.integers(150, 256)
    return Split(images, labels, [str(i) for i in range(count)], CLASSES)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Examples]:
    """Return an untrained network whose logits are ten times too large, and examples."""
    folder = tmp_path_factory.mktemp("calibrate")
    network = build_mlp(make_transform(folder / "transform"), len(CLASSES), seed=SEED)
    layer = network.get_layer("logits")
    layer.set_weights([10 * each for each in layer.get_weights()])
    (folder / "model").mkdir()
    Model.write(folder / "model", network, CLASSES, HISTORY)
    (folder / "examples").mkdir()
    for name, split in {"train": bars(300, 0), "validation": bars(200, 1)}.items():
        Examples.write(folder / "examples", name, split)
    return seal(Model, folder / "model"), seal(Examples, folder / "examples")


@pytest.fixture(scope="module")
def reader(inputs: tuple[Model, Examples], tmp_path_factory: pytest.TempPathFactory) -> ModelReader:
    """Calibrate the network."""
    output = make_output(Calibration, tmp_path_factory.mktemp("calibration") / "calibration")
    calibrate(*inputs, output, CalibrateConfig(refused=0.02, floor=0.0, saved=3))
    return ModelReader(inputs[0].load(), seal(Calibration, output.path), CLASSES)


def test_the_parts_are_reported(
    inputs: tuple[Model, Examples], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The stage reports what it is doing, with the counts of the pictures it reads."""
    with caplog.at_level(logging.DEBUG, "digits"):
        calibrate(*inputs, make_output(Calibration, tmp_path / "calibration"), CalibrateConfig(saved=1))
    assert [record.getMessage() for record in caplog.records if "progress" in vars(record)] == [
        "loading the model",
        "validation pictures 0/200",
        *(f"ways of saving {i}/{len(WAYS)}" for i in range(len(WAYS))),
        "temperature and threshold",
    ]


def test_an_overconfident_model_gets_a_temperature_above_one(reader: ModelReader) -> None:
    """Logits that are too large are divided by a temperature above one."""
    assert reader.record.temperature > 1


def test_the_calibration_error_falls(reader: ModelReader) -> None:
    """The temperature lowers the calibration error on validation."""
    record = reader.record
    assert record.error_after < record.error_before


def test_at_most_the_requested_share_is_refused(reader: ModelReader) -> None:
    """The refused share of the validation pictures is at most the requested one."""
    assert reader.read(bars(200, 1).images).refused.mean() <= 0.02


def test_the_share_refused_of_each_way_of_saving_is_recorded(reader: ModelReader) -> None:
    """The record holds a share for each way in which validation pictures were saved and read back."""
    assert set(reader.record.saved) <= set(WAYS)
    assert all(0 <= share <= 1 for share in reader.record.saved.values())


def test_the_refused_share_is_recorded(reader: ModelReader) -> None:
    """The record holds the refused share of the validation pictures."""
    refused = float(reader.read(bars(200, 1).images).refused.mean())
    assert reader.record.refused == pytest.approx(refused)


def test_probabilities_sum_to_one(reader: ModelReader) -> None:
    """The calibrated probabilities of each picture sum to one."""
    np.testing.assert_allclose(reader.read(bars(9, 2).images).probabilities.sum(axis=1), 1, rtol=1e-5)


def test_a_decision_does_not_depend_on_the_batch(reader: ModelReader) -> None:
    """Digit and evidence of a picture do not depend on the rest of the batch."""
    images = bars(20, 3).images
    together, alone = reader.read(images), reader.read(images[7:8])
    assert (together.read[7], together.evidence[7]) == (alone.read[0], pytest.approx(alone.evidence[0], abs=1e-3))
