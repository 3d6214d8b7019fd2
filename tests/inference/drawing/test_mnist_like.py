"""MNIST's own pictures are recognised and left unchanged."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from inference.drawing.mnist_like import are_mnist_like
from inference.normalise import normalise
from tests.inference.pictures import sample


def test_pictures_of_mnist_are_mnist_like() -> None:
    """All 5,000 pictures of the embedded sample are MNIST-like."""
    assert are_mnist_like(sample()).all()


def test_negatives_are_not_mnist_like() -> None:
    """Dark ink on a light ground is not MNIST-like."""
    assert not are_mnist_like(255 - sample()).any()


def test_shifted_pictures_are_not_mnist_like() -> None:
    """A digit two pixels off the centre is not MNIST-like."""
    assert not are_mnist_like(np.roll(sample(), 2, axis=2)).any()


def test_noise_is_not_mnist_like() -> None:
    """Random pixels are not MNIST-like."""
    assert not are_mnist_like(np.random.default_rng(0).integers(0, 256, (500, 28, 28), np.uint8)).any()


def test_an_empty_batch_gives_an_empty_mask() -> None:
    """The mask of an empty batch is empty."""
    assert are_mnist_like(np.zeros((0, 28, 28), np.uint8)).shape == (0,)


def test_mnist_like_pictures_stay_unchanged() -> None:
    """An MNIST-like picture comes out bit for bit, without a step."""
    for image in sample()[::50]:
        normal = normalise(image)
        assert normal.steps == ()
        np.testing.assert_array_equal(normal.image, image)


def test_negatives_come_out_as_the_originals() -> None:
    """MNIST-size pictures that are dark on light are inverted, bit for bit."""
    for image in sample()[::50]:
        normal = normalise(255 - image)
        assert normal.steps == ("inverted",)
        np.testing.assert_array_equal(normal.image, image)


def test_shifted_pictures_come_out_as_the_originals() -> None:
    """A digit off the centre is moved and otherwise unchanged."""
    moved = [(image, np.pad(image, ((3, 9), (8, 2)))) for image in sample()[::100]]
    for image, picture in moved:
        np.testing.assert_array_equal(normalise(picture).image, image)


@pytest.mark.full
@pytest.mark.parametrize("name", ["train", "t10k"])
def test_all_of_mnist_passes_bit_for_bit(name: str) -> None:
    """Each picture of the original files comes out unchanged, and so does its negative."""
    data = gzip.decompress((Path(os.environ["MNIST_FILES"]) / f"{name}-images-idx3-ubyte.gz").read_bytes())
    images = np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28)
    assert are_mnist_like(images).all()
    for image in images:
        np.testing.assert_array_equal(normalise(image).image, image)
        np.testing.assert_array_equal(normalise(255 - image).image, image)
