"""Augmentation of training pictures: rotation, scale, shear, shift and stroke thickness in one resampling."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pydantic import NonNegativeFloat

from schemas.artifacts.examples import SIDE
from schemas.settings.config import Config

if TYPE_CHECKING:
    import tensorflow as tf

__all__ = ["GROUP", "AugmentConfig", "distort"]

GROUP = 16  # pictures that share one distortion: resampling them together costs half as much as one by one
PADDED = SIDE + 2
MIDDLE = (SIDE - 1) / 2


class AugmentConfig(Config):
    """Limits of the distortions; each amount is drawn uniformly from -limit to +limit."""

    rotation: NonNegativeFloat = 10.0
    """Degrees."""
    scale: NonNegativeFloat = 0.12
    """Natural logarithm of the scale factor, drawn for each axis."""
    shear: NonNegativeFloat = 0.15
    """Horizontal shift in pixels per row of distance from the centre."""
    shift: NonNegativeFloat = 1.5
    """Pixels, for each axis."""
    thickness: NonNegativeFloat = 1.0
    """How far each pixel moves to the brightest (thicker strokes) or darkest (thinner) of its four source pixels, as a
    share of the way; drawn amounts above 1 count as 1."""


def distort(images: tf.Tensor, config: AugmentConfig, seed: tf.Tensor) -> tf.Tensor:
    """Distort pictures by random affine maps, with bilinear resampling and background beyond the edge.

    Sixteen pictures share a map and a thickness, so that one gather moves a pixel of all sixteen.

    Args:
        images: uint8, shape [n, 28, 28].
        config: the limits.
        seed: int, shape [2]; the same seed draws the same distortions.

    Returns:
        uint8, shape [n, 28, 28].
    """
    import tensorflow as tf

    count: Any = tf.shape(images)[0]
    groups: Any = -(-count // GROUP)
    drawn = tf.random.stateless_uniform([7, groups, 1], seed, -1.0, 1.0)
    places, right, down = _source_places(drawn, config)

    padded = tf.pad(images, [[0, groups * GROUP - count], [1, 1], [1, 1]])
    side_by_side = tf.reshape(tf.cast(padded, tf.float32), [groups, GROUP, PADDED * PADDED])
    pixels = tf.transpose(side_by_side, [0, 2, 1])
    corners = [tf.gather(pixels, places + step, batch_dims=1) for step in (0, 1, PADDED, PADDED + 1)]

    mixed = _mix(corners, right, down)
    if config.thickness:
        mixed = _thicken(mixed, corners, tf.expand_dims(drawn[6], -1) * config.thickness)
    distorted = tf.transpose(mixed + 0.5, [0, 2, 1])
    return tf.cast(tf.reshape(distorted, [groups * GROUP, SIDE, SIDE])[:count], tf.uint8)


def _source_places(drawn: tf.Tensor, config: AugmentConfig) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return each output pixel's upper left source pixel, and the weights of the right and the lower neighbours.

    Shapes [groups, 784], [groups, 784, 1] and [groups, 784, 1]; source pixels are flat indices into a picture padded
    by one pixel.
    """
    import numpy as np
    import tensorflow as tf

    angle = drawn[0] * (config.rotation * math.pi / 180)
    width, height = tf.exp(drawn[1] * config.scale), tf.exp(drawn[2] * config.scale)
    shear = drawn[3] * config.shear
    y, x = (tf.constant(each.reshape(1, -1), tf.float32) for each in np.mgrid[:SIDE, :SIDE] - MIDDLE)

    # From output to input pixels: rotate, shear and stretch about the middle, then shift.
    across, along = width * x + height * shear * y, height * y
    column = tf.cos(angle) * across - tf.sin(angle) * along + (MIDDLE + drawn[4] * config.shift)
    row = tf.sin(angle) * across + tf.cos(angle) * along + (MIDDLE + drawn[5] * config.shift)

    # Everything beyond the edge is background, so one pixel of padding is enough.
    column, row = (tf.clip_by_value(each, -1.0, float(SIDE)) for each in (column, row))
    left, top = (tf.minimum(tf.floor(each), SIDE - 1.0) for each in (column, row))
    places = tf.cast((top + 1) * PADDED + left + 1, tf.int32)
    return places, (column - left)[..., None], (row - top)[..., None]


def _mix(corners: list[tf.Tensor], right: tf.Tensor, down: tf.Tensor) -> tf.Tensor:
    upper_left, upper_right, lower_left, lower_right = corners
    upper = upper_left + right * (upper_right - upper_left)
    lower = lower_left + right * (lower_right - lower_left)
    return upper + down * (lower - upper)


def _thicken(mixed: tf.Tensor, corners: list[tf.Tensor], amount: tf.Tensor) -> tf.Tensor:
    """Move each pixel towards the brightest of its corners if the amount is positive, else towards the darkest."""
    import tensorflow as tf

    one, two, three, four = corners
    brightest = tf.maximum(tf.maximum(one, two), tf.maximum(three, four))
    darkest = tf.minimum(tf.minimum(one, two), tf.minimum(three, four))
    thicker = tf.clip_by_value(amount, 0.0, 1.0) * (brightest - mixed)
    return mixed + thicker + tf.clip_by_value(amount, -1.0, 0.0) * (mixed - darkest)
