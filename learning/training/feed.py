"""Feed a split through tf.data: shuffled batches for training, or every picture once, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.training.augment import AugmentConfig, distort

if TYPE_CHECKING:
    import tensorflow as tf

    from schemas.artifacts.examples import Split

__all__ = ["ordered_batches", "training_batches"]


def training_batches(  # noqa: PLR0913  (each is one setting)
    split: Split, *, batch_size: int, steps: int, seed: int, augment: AugmentConfig | None, first: int = 0
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

    Returns:
        Dataset of (images uint8 [batch_size, 28, 28], labels int32 [batch_size]).
    """
    import tensorflow as tf

    images, labels = tf.constant(split.images), tf.constant(split.labels)
    count, last = len(split), tf.constant(len(split) - 1, tf.int64)

    def batch_of(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        position = step * batch_size + tf.range(batch_size, dtype=tf.int64)
        turn = tf.cast(position // count, tf.int32)
        seeds = tf.stack([tf.fill([batch_size], seed), turn, tf.zeros_like(turn)], axis=1)
        chosen = tf.raw_ops.RandomIndexShuffle(index=position % count, seed=seeds, max_index=last)
        batch = tf.ensure_shape(tf.gather(images, chosen), [batch_size, *split.images.shape[1:]])
        if augment is not None:
            batch = distort(batch, augment, tf.stack([seed, tf.cast(step, tf.int32)]))
        return batch, tf.gather(labels, chosen)

    plain = tf.autograph.experimental.do_not_convert(batch_of)  # nothing needs AutoGraph, and its analysis costs 0.3 s
    return tf.data.Dataset.range(first, steps).map(plain, num_parallel_calls=1).prefetch(8)


def ordered_batches(split: Split, batch_size: int) -> tf.data.Dataset[tuple[tf.Tensor, tf.Tensor]]:
    """Feed every picture of the split once, in order; the last batch may be smaller."""
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((split.images, split.labels)).batch(batch_size)
