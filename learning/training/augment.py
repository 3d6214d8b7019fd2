"""Light distortions of training pictures: rotation, scale, shear, shift and stroke thickness in one resampling."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pydantic import NonNegativeFloat

from schemas.artifacts.examples import SIDE
from schemas.settings.config import Config

if TYPE_CHECKING:
    import tensorflow as tf

__all__ = ["GROUP", "AugmentConfig", "distort"]

GROUP = 16  # pictures that share one distortion: they are resampled side by side, at half the cost of one by one
PADDED = SIDE + 2
MIDDLE = (SIDE - 1) / 2


class AugmentConfig(Config):
    """How far training pictures may be distorted; each amount is drawn evenly from -limit to +limit."""

    rotation: NonNegativeFloat = 10.0
    """Degrees."""
    scale: NonNegativeFloat = 0.12
    """Natural logarithm of the factor, drawn for each axis."""
    shear: NonNegativeFloat = 0.15
    """Horizontal shift for each row of distance from the middle."""
    shift: NonNegativeFloat = 1.5
    """Pixels, for each axis."""
    thickness: NonNegativeFloat = 1.0
    """Share of the brightest (thicker strokes) or the darkest (thinner) of the four pixels that are mixed into one."""


def distort(images: tf.Tensor, config: AugmentConfig, seed: tf.Tensor) -> tf.Tensor:
    """Resample pictures through affine maps, bilinearly, with background outside.

    Sixteen pictures at a time share a map and a thickness, so that each of four gathers moves the same pixel
    of all of them at once.

    Args:
        images: uint8, shape [n, 28, 28].
        config: the limits.
        seed: int, shape [2]; the same seed gives the same distortions.

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
    """Give for each output pixel the place of its upper left source pixel, and the shares of the right and lower ones.

    Shapes [groups, 784], [groups, 784, 1] and [groups, 784, 1]; places count through a picture padded by one pixel.
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

    # One pixel beyond the edge is as far out as any.
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
    """Move each pixel towards the brightest of its corners where the amount is positive, else towards the darkest."""
    import tensorflow as tf

    one, two, three, four = corners
    brightest = tf.maximum(tf.maximum(one, two), tf.maximum(three, four))
    darkest = tf.minimum(tf.minimum(one, two), tf.minimum(three, four))
    thicker = tf.clip_by_value(amount, 0.0, 1.0) * (brightest - mixed)
    return mixed + thicker + tf.clip_by_value(amount, -1.0, 0.0) * (mixed - darkest)
