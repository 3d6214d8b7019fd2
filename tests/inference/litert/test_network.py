"""The LiteRT model answers like the network it was converted from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.special import softmax

from inference.litert.network import LiteRtModel
from learning.formats.write import Exported, write_formats
from learning.training.networks import build_mlp
from schemas.artifacts.bundle import Bundle
from tests.samples import make_split, make_transform

if TYPE_CHECKING:
    import keras

CLASSES = 10
IMAGES = make_split([0] * 100).images

pytestmark = pytest.mark.usefixtures("tensorflow_session")

each_count = pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 100])


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> keras.Model:
    """Return a small network."""
    transform = make_transform(tmp_path_factory.mktemp("network") / "transform")
    return build_mlp(transform, CLASSES, seed=0)


@pytest.fixture(scope="module")
def exported(network: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> LiteRtModel:
    """Convert the small network like export does."""
    folder: Path = tmp_path_factory.mktemp("bundle")
    write_formats(Exported(network, 1.0, IMAGES), ["litert"], folder, folder / "scratch")
    return LiteRtModel(folder / Bundle.LITERT)


@each_count
def test_logits_are_those_of_the_network(network: keras.Model, exported: LiteRtModel, count: int) -> None:
    """For any number of pictures, the logits are those of the network."""
    expected = np.asarray(network(IMAGES[:count], training=False))
    np.testing.assert_allclose(exported(IMAGES[:count])["logits"], expected, atol=1e-4)


@each_count
def test_probabilities_are_those_of_the_network(network: keras.Model, exported: LiteRtModel, count: int) -> None:
    """For any number of pictures, the probabilities are the softmax of the network's logits."""
    expected = softmax(np.asarray(network(IMAGES[:count], training=False)), axis=1)
    np.testing.assert_allclose(exported(IMAGES[:count])["probabilities"], expected, atol=1e-5)


def test_every_output_is_returned(exported: LiteRtModel) -> None:
    """The model returns probabilities and logits as float32, one row a picture, and the index of its class."""
    answers = exported(IMAGES[:33])
    assert {name: (array.shape, array.dtype.name) for name, array in answers.items()} == {
        "probabilities": ((33, CLASSES), "float32"),
        "logits": ((33, CLASSES), "float32"),
        "digit": ((33,), "int32"),
    }


def test_an_answer_does_not_depend_on_its_neighbours(exported: LiteRtModel) -> None:
    """A picture gets the same logits alone and in a batch."""
    alone, among = exported(IMAGES[40:41])["logits"][0], exported(IMAGES)["logits"][40]
    np.testing.assert_allclose(alone, among, atol=1e-5)


def test_an_answer_outlives_the_next_one(exported: LiteRtModel) -> None:
    """An answer is a copy: the next call does not change it."""
    first = exported(IMAGES[:1])["logits"]
    before = first.copy()
    exported(IMAGES[50:51])
    np.testing.assert_array_equal(first, before)
