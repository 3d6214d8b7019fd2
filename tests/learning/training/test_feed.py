"""The feed shows every picture before it repeats any, in an order that follows from the seed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from learning.training.augment import AugmentConfig
from learning.training.feed import NOBODY, ordered_batches, training_batches
from schemas.artifacts.examples import SIDE, Split
from tests.samples import DIGITS

COUNT = 50


def numbered_split(count: int = COUNT) -> Split:
    """Return a split in which each picture's first pixel is its position and its label the last digit of that."""
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    images[:, 0, 0] = np.arange(count)
    return Split(images, np.arange(count, dtype=np.int32) % 10, [str(i) for i in range(count)], DIGITS)


def shown(*, count: int = COUNT, batch_size: int = 7, steps: int = 20, seed: int = 0) -> list[int]:
    """Return the positions of the pictures in the order in which the feed shows them."""
    feed = training_batches(numbered_split(count), batch_size=batch_size, steps=steps, seed=seed, augment=None)
    return [int(image[0, 0]) for images, _ in feed.as_numpy_iterator() for image in images]


def distorted(seed: int) -> NDArray[np.uint8]:
    """Return three distorted batches of noise."""
    images = np.random.default_rng(0).integers(0, 256, (COUNT, SIDE, SIDE), np.uint8)
    split = Split(images, np.zeros(COUNT, np.int32), [""] * COUNT, DIGITS)
    feed = training_batches(split, batch_size=7, steps=3, seed=seed, augment=AugmentConfig())
    return np.concatenate([images for images, _ in feed.as_numpy_iterator()])


@pytest.mark.parametrize("count", [1, 2, 3, 7, 50, 128, 140])
def test_every_picture_is_shown_before_any_repeats(count: int) -> None:
    """For any number of pictures, each pass shows every picture once."""
    order = shown(count=count, steps=60)
    passes = [order[i : i + count] for i in range(0, len(order) - count + 1, count)]
    assert [sorted(each) for each in passes] == [list(range(count))] * (420 // count)


def test_every_pass_has_another_order() -> None:
    """The second pass shows the pictures in another order than the first."""
    order = shown()
    assert order[:COUNT] != order[COUNT : 2 * COUNT]


def test_the_order_is_shuffled() -> None:
    """Pictures are not shown in the order of the split."""
    assert shown()[:COUNT] != list(range(COUNT))


def test_the_same_seed_gives_the_same_order() -> None:
    """Two feeds with one seed show the same pictures in the same order."""
    assert shown(seed=3) == shown(seed=3)


def test_another_seed_gives_another_order() -> None:
    """Two feeds with different seeds show the pictures in different orders."""
    assert shown(seed=3) != shown(seed=4)


def test_a_longer_feed_begins_like_a_shorter_one() -> None:
    """The pictures of a step do not depend on the number of steps."""
    assert shown(steps=20)[: 7 * 5] == shown(steps=5)


def test_the_batch_size_does_not_change_the_order() -> None:
    """The order does not depend on the batch size."""
    assert shown(batch_size=7, steps=10) == shown(batch_size=10, steps=7)


@pytest.mark.parametrize("steps", [1, 9])
def test_a_feed_ends_after_its_steps(steps: int) -> None:
    """A feed has exactly the requested number of steps, each a full batch."""
    assert len(shown(steps=steps)) == 7 * steps


def test_a_batch_may_be_larger_than_the_split() -> None:
    """A batch larger than the split continues with the next passes."""
    assert sorted(shown(count=3, batch_size=9, steps=1)) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_a_picture_keeps_its_label() -> None:
    """Each picture comes with its own label."""
    feed = training_batches(numbered_split(), batch_size=7, steps=20, seed=0, augment=None)
    for images, labels in feed.as_numpy_iterator():
        np.testing.assert_array_equal(images[:, 0, 0] % 10, labels)


def test_a_batch_has_the_types_of_a_split() -> None:
    """A batch holds uint8 pictures and int32 labels."""
    ((images, labels),) = training_batches(
        numbered_split(), batch_size=7, steps=1, seed=0, augment=AugmentConfig()
    ).as_numpy_iterator()
    assert [(images.shape, images.dtype.name), (labels.shape, labels.dtype.name)] == [
        ((7, 28, 28), "uint8"),
        ((7,), "int32"),
    ]


def test_the_same_seed_gives_the_same_distortions() -> None:
    """Two feeds with one seed distort pictures alike."""
    np.testing.assert_array_equal(distorted(3), distorted(3))


def test_each_step_distorts_differently() -> None:
    """A picture that is shown again is distorted differently."""
    split = numbered_split(1)
    split.images[0] = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), np.uint8)
    first, second = (
        images[0]
        for images, _ in training_batches(
            split, batch_size=1, steps=2, seed=0, augment=AugmentConfig()
        ).as_numpy_iterator()
    )
    assert not np.array_equal(first, second)


def test_ordered_batches_show_every_picture_once_in_order() -> None:
    """Ordered batches hold the whole split in order; the last batch may be smaller."""
    batches = [images[:, 0, 0].tolist() for images, _ in ordered_batches(numbered_split(8), 3).as_numpy_iterator()]
    assert batches == [[0, 1, 2], [3, 4, 5], [6, 7]]


def test_ordered_batches_keep_labels_with_pictures() -> None:
    """Ordered batches keep each picture with its label."""
    for images, labels in ordered_batches(numbered_split(), 20).as_numpy_iterator():
        np.testing.assert_array_equal(images[:, 0, 0] % 10, labels)


def with_strangers(steps: int) -> list[tuple[NDArray[np.uint8], NDArray[np.int32]]]:
    """Return the batches of a feed that adds three of five strangers to each step; their first pixel is above 200."""
    strangers = np.zeros((5, SIDE, SIDE), np.uint8)
    strangers[:, 0, 0] = 201 + np.arange(5)
    feed = training_batches(
        numbered_split(), batch_size=7, steps=steps, seed=0, augment=None, strangers=strangers, beside=3
    )
    return [(images, labels) for images, labels in feed.as_numpy_iterator()]


def test_strangers_come_beside_the_pictures() -> None:
    """Each step has its pictures first, then the strangers, which have no label."""
    for images, labels in with_strangers(4):
        assert (images[:, 0, 0] > 200).tolist() == [False] * 7 + [True] * 3
        assert labels[7:].tolist() == [NOBODY] * 3


def test_strangers_do_not_change_the_order_of_the_pictures() -> None:
    """The pictures of each step are the same with and without strangers."""
    assert [int(image[0, 0]) for images, _ in with_strangers(4) for image in images[:7]] == shown(steps=4)


def test_every_stranger_is_shown_before_any_repeats() -> None:
    """Five strangers, three a step: the first five shown are all of them."""
    order = [int(image[0, 0]) for images, _ in with_strangers(5) for image in images[7:]]
    assert [sorted(order[i : i + 5]) for i in (0, 5, 10)] == [[201, 202, 203, 204, 205]] * 3
