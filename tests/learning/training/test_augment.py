"""Distortions stay within their limits and keep the centre of the picture."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from learning.training.augment import GROUP, AugmentConfig, distort
from schemas.artifacts.examples import SIDE

COUNT = 1600
MIDDLE = (SIDE - 1) / 2
ROUNDING = 0.03
"""Pixels by which rounding of grey levels moves a centre of mass."""


def only(**limits: float) -> AugmentConfig:
    """Return a config in which only the named limits are not zero."""
    return AugmentConfig.model_validate({"rotation": 0, "scale": 0, "shear": 0, "shift": 0, "thickness": 0, **limits})


def distort_numpy(images: NDArray[np.uint8], config: AugmentConfig, seed: int = 0) -> NDArray[np.uint8]:
    """Distort pictures from NumPy to NumPy."""
    import tensorflow as tf

    return np.asarray(distort(tf.constant(images), config, tf.constant([seed, 0])))


def noise() -> NDArray[np.uint8]:
    """Return pictures of noise."""
    return np.random.default_rng(0).integers(0, 256, (COUNT, SIDE, SIDE), np.uint8)


def blobs() -> NDArray[np.uint8]:
    """Return pictures of one rectangle in the middle, wider than high."""
    images = np.zeros((COUNT, SIDE, SIDE), np.uint8)
    images[:, 10:18, 7:21] = 240
    return images


def displacement(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how far down and right of the middle each picture's centre of mass lies, shape [n, 2]."""
    weights = images / images.sum(axis=(1, 2), keepdims=True)
    places = np.arange(SIDE) - MIDDLE
    return np.stack([(weights.sum(axis=2) * places).sum(axis=1), (weights.sum(axis=1) * places).sum(axis=1)], axis=1)


def test_without_limits_pictures_stay_unchanged() -> None:
    """Limits of zero leave every picture unchanged, bit for bit."""
    np.testing.assert_array_equal(distort_numpy(noise(), only()), noise())


@pytest.mark.parametrize(
    "limits", [{"rotation": 8.0}, {"scale": 0.1}, {"shear": 0.1}, {"shift": 1.0}, {"thickness": 1.0}]
)
def test_each_limit_distorts(limits: dict[str, float]) -> None:
    """Each limit alone changes nearly every picture."""
    changed = (distort_numpy(noise(), only(**limits)) != noise()).any(axis=(1, 2))
    assert changed.mean() > 0.95


def test_the_same_seed_distorts_alike() -> None:
    """One seed always gives the same distortions."""
    one, other = (distort_numpy(noise(), AugmentConfig(), 5) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_another_seed_distorts_differently() -> None:
    """Another seed gives other distortions."""
    one, other = (distort_numpy(noise(), AugmentConfig(), seed) for seed in (5, 6))
    assert not np.array_equal(one, other)


def test_each_group_is_distorted_differently() -> None:
    """The pictures of a group share one distortion, and every group has another."""
    ways, counts = np.unique(distort_numpy(blobs(), AugmentConfig()), axis=0, return_counts=True)
    assert (len(ways), counts.tolist()) == (COUNT // GROUP, [GROUP] * len(ways))


@pytest.mark.parametrize("limits", [{"rotation": 45.0}, {"scale": 0.3}, {"shear": 0.3}])
def test_the_middle_stays_in_the_middle(limits: dict[str, float]) -> None:
    """Rotation, scale and shear keep a centred picture centred."""
    assert np.abs(displacement(distort_numpy(blobs(), only(**limits)))).max() < ROUNDING


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("limit", [1.2, 4.0])
def test_shift_stays_within_its_limit(limit: float, axis: int) -> None:
    """On each axis, no picture is shifted beyond the limit."""
    assert np.abs(displacement(distort_numpy(blobs(), only(shift=limit)))[:, axis]).max() <= limit + ROUNDING


@pytest.mark.parametrize("axis", [0, 1])
def test_shift_uses_its_whole_range(axis: int) -> None:
    """On each axis, some pictures are shifted nearly to the limit, in both directions."""
    moved = displacement(distort_numpy(blobs(), only(shift=4.0)))[:, axis]
    assert (moved.min() < -3.8, moved.max() > 3.8) == (True, True)


def test_rotation_stays_within_its_limit() -> None:
    """No picture is rotated beyond the limit, and some nearly as far."""
    weights = distort_numpy(blobs(), only(rotation=30.0)).astype(np.float64)
    down, right = np.mgrid[:SIDE, :SIDE] - MIDDLE
    across, upright, mixed = ((weights * each).sum(axis=(1, 2)) for each in (right**2, down**2, right * down))
    degrees = np.abs(np.degrees(0.5 * np.arctan2(2 * mixed, across - upright)))
    assert 28 < degrees.max() < 31


def test_pixels_from_outside_are_background() -> None:
    """A shift brings in background from beyond the edge."""
    full = np.full((COUNT, SIDE, SIDE), 255, np.uint8)
    moved = distort_numpy(full, only(shift=4.0))
    edges = np.minimum(moved[:, [0, -1], :].min(axis=(1, 2)), moved[:, :, [0, -1]].min(axis=(1, 2)))
    assert (edges == 0).mean() > 0.8


@pytest.mark.parametrize("count", [0, 1, 16, 37])
def test_pictures_keep_their_shape(count: int) -> None:
    """Any number of pictures comes back as uint8 of the same shape."""
    distorted = distort_numpy(noise()[:count], AugmentConfig())
    assert (distorted.shape, distorted.dtype.name) == ((count, SIDE, SIDE), "uint8")


@pytest.mark.parametrize("name", ["rotation", "scale", "shear", "shift", "thickness"])
def test_a_negative_limit_is_refused(name: str) -> None:
    """A limit below zero is refused at validation."""
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        only(**{name: -1.0})


def test_thickness_goes_both_ways() -> None:
    """Some pictures gain ink and others lose it, within limits."""
    ink = distort_numpy(blobs(), only(thickness=1.0, shift=0.5)).sum(axis=(1, 2)) / blobs()[0].sum()
    assert (0.75 < ink.min() < 0.9, 1.1 < ink.max() < 1.3) == (True, True)
