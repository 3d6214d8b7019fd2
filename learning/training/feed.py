"""Feed a split through tf.data: shuffled batches for training, or every picture once, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.training.augment import AugmentConfig, distort

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf
    from numpy.typing import NDArray

    from schemas.artifacts.examples import Split

__all__ = ["NOBODY", "ordered_batches", "training_batches"]

NOBODY = -1  # label of a picture of no class


def training_batches(  # noqa: PLR0913  (each is one setting)
    split: Split,
    *,
    batch_size: int,
    steps: int,
    seed: int,
    augment: AugmentConfig | None,
    first: int = 0,
    strangers: NDArray[np.uint8] | None = None,
    beside: int = 0,
) -> tf.data.Dataset[tuple[tf.Tensor, tf.Tensor]]:
    """Feed the batches of steps *first* to *steps*; every picture is seen once before any is seen again.

    The pictures and distortions of step k depend on the seed and k alone, whatever the number of threads, so an
    interrupted training can resume at any step.

    Args:
        split: the training pictures, at least one.
        batch_size: pictures per step.
        steps: number of steps of the whole training.
        seed: of the order and the distortions.
        augment: limits of the distortions; None leaves the pictures undistorted.
        first: the step to start at, from 0.
        strangers: uint8 [m, 28, 28], pictures of no class, at least one if *beside* is not 0.
        beside: how many of them each step has, beside *batch_size* pictures of the split; their label is NOBODY.

    Returns:
        Dataset of (images uint8 [batch_size + beside, 28, 28], labels int32 [batch_size + beside]).
    """
    import tensorflow as tf

    images, labels = tf.constant(split.images), tf.constant(split.labels)
    others = tf.constant(strangers) if beside and strangers is not None else None

    def batch_of(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chosen = _shuffled(step, batch_size, len(split), seed)
        batch, known = tf.gather(images, chosen), tf.gather(labels, chosen)
        if others is not None:
            batch = tf.concat([batch, tf.gather(others, _shuffled(step, beside, len(others), seed))], axis=0)
            known = tf.pad(known, [[0, beside]], constant_values=NOBODY)
        batch = tf.ensure_shape(batch, [known.shape[0], *split.images.shape[1:]])
        if augment is not None:
            batch = distort(batch, augment, tf.stack([seed, tf.cast(step, tf.int32)]))
        return batch, known

    plain = tf.autograph.experimental.do_not_convert(batch_of)  # nothing needs AutoGraph, and its analysis costs 0.3 s
    return tf.data.Dataset.range(first, steps).map(plain, num_parallel_calls=1).prefetch(8)


def _shuffled(step: tf.Tensor, size: int, count: int, seed: int) -> tf.Tensor:
    """Return the indices of a step's pictures, int64 [size]: a new order of all *count* before any is seen again."""
    import tensorflow as tf

    position = step * size + tf.range(size, dtype=tf.int64)
    turn = tf.cast(position // count, tf.int32)
    seeds = tf.stack([tf.fill([size], seed), turn, tf.zeros_like(turn)], axis=1)
    last = tf.constant(count - 1, tf.int64)
    return tf.ensure_shape(tf.raw_ops.RandomIndexShuffle(index=position % count, seed=seeds, max_index=last), [size])


def ordered_batches(split: Split, batch_size: int) -> tf.data.Dataset[tuple[tf.Tensor, tf.Tensor]]:
    """Feed every picture of the split once, in order; the last batch may be smaller."""
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((split.images, split.labels)).batch(batch_size)
