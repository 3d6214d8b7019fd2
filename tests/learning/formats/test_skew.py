"""What a network sees in training is what each runtime feeds it: no skew between training and serving."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from inference.model.format_answers import answer
from inference.reading import read_picture
from learning.formats.write import Exported, write_formats
from learning.training.feed import training_batches
from schemas.artifacts.examples import Split
from schemas.artifacts.formats import FORMATS
from schemas.artifacts.transform import Transform
from tests.inference.pictures import as_file, sample
from tests.samples import DIGITS, make_calibration, make_transform

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNT = 200


@pytest.fixture(scope="module")
def transform(tmp_path_factory: pytest.TempPathFactory) -> Transform:
    """Return the normalisation of MNIST."""
    return make_transform(tmp_path_factory.mktemp("skew") / "transform")


@pytest.fixture(scope="module")
def probes(transform: Transform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return, in every format, a network whose logits are the tensor behind its normalisation."""
    import keras
    from keras import layers

    images: Any = keras.Input((28, 28), dtype="uint8", name="images")
    x = layers.Rescaling(transform.scale, transform.offset, name="normalise")(images)
    probe = keras.Model(images, layers.Flatten(name="logits")(x))
    folder = tmp_path_factory.mktemp("probes") / "bundle"
    make_calibration(folder)
    names = [name for name in FORMATS if name != "litert_int8"]
    write_formats(Exported(probe, 1.0, sample()[:1]), names, folder, folder / "scratch")
    return folder


@pytest.fixture(scope="module")
def served() -> NDArray[np.uint8]:
    """Return what the front end feeds the network for the first digits of the sample, saved as PNG files."""
    return np.stack([read_picture(as_file(each, "PNG")).image for each in sample()[:COUNT]])


@pytest.fixture(scope="module")
def trained_on(transform: Transform) -> NDArray[np.float32]:
    """Return what the network is fed in training for the same digits, normalised, in the order of the sample."""
    images, labels = sample()[:COUNT], np.arange(COUNT, dtype=np.int32)
    split = Split(images, labels, [str(i) for i in labels], DIGITS)
    [(fed, places)] = training_batches(split, batch_size=COUNT, steps=1, seed=3, augment=None)
    order = np.argsort(places.numpy())
    return transform.apply(fed.numpy()[order]).reshape(COUNT, -1)


def test_a_file_is_fed_as_the_pixels_of_training(served: NDArray[np.uint8]) -> None:
    """A digit saved as PNG goes through the front end unchanged, bit for bit."""
    np.testing.assert_array_equal(served, sample()[:COUNT])


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "litert_int8"])
def test_each_runtime_feeds_the_network_as_training_did(
    name: str, probes: Path, served: NDArray[np.uint8], trained_on: NDArray[np.float32], tmp_path: Path
) -> None:
    """Picture by picture, the normalised tensor in a runtime is that of training, but for the last bit."""
    np.save(tmp_path / "pictures.npy", served)
    answer(probes, name, tmp_path / "pictures.npy", tmp_path / "answers.npz")
    with np.load(tmp_path / "answers.npz") as file:
        np.testing.assert_allclose(file["logits"], trained_on, rtol=0, atol=1e-6)
