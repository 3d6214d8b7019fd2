"""Each way of saving a digit is a picture file that the front end reads, and follows from the seed."""

from __future__ import annotations

import numpy as np
import pytest

from inference.reading import read_picture
from learning.synthetic.ways import WAYS, read_back, save, with_saved
from schemas.artifacts.examples import SIDE, Split
from tests.inference.pictures import sample
from tests.samples import DIGITS


def split(count: int) -> Split:
    """Return digits of the sample, spread over it; their labels are their positions, modulo ten."""
    images = sample()[:: 5000 // count][:count]
    return Split(images, np.arange(count, dtype=np.int32) % 10, [str(i) for i in range(count)], DIGITS)


@pytest.mark.parametrize("way", WAYS)
def test_a_digit_is_found_in_each_way(way: str) -> None:
    """The front end finds one digit in nearly every picture of a way."""
    readings = [read_picture(save(image, way, seed=0)) for image in split(20).images]
    assert sum(reading.digits == 1 for reading in readings) >= 18


@pytest.mark.parametrize("way", WAYS)
def test_the_seed_decides_the_picture(way: str) -> None:
    """The same digit and seed are saved as the same bytes, and another seed as others."""
    [image] = split(1).images
    assert save(image, way, seed=1) == save(image, way, seed=1)
    assert len({save(image, way, seed=seed) for seed in range(12)}) > 1


def test_pictures_keep_their_labels() -> None:
    """Each picture read back comes with the label of its digit."""
    digits = split(10)
    images, labels = read_back(digits, per_way=10, seed=0)["enlarged"]
    near = [int(np.argmin([np.abs(image.astype(int) - other).sum() for other in digits.images])) for image in images]
    assert [position % 10 for position in near] == labels.tolist()


def test_as_many_pictures_as_requested_are_saved() -> None:
    """At most the requested number of pictures of each way is returned, in the format of the network."""
    back = read_back(split(10), per_way=4, seed=0)
    assert list(back) == list(WAYS)
    assert all(len(images) == len(labels) <= 4 and images.shape[1:] == (SIDE, SIDE) for images, labels in back.values())


def test_none_are_saved_on_request() -> None:
    """With zero pictures a way, each way is empty."""
    assert {len(images) for images, _ in read_back(split(3), per_way=0, seed=0).values()} == {0}


def test_each_way_saves_other_pictures() -> None:
    """With a picture of each way, as many digits are saved as there are ways."""
    digits = split(len(WAYS))
    labelled = Split(digits.images, np.arange(len(WAYS), dtype=np.int32), digits.ids, digits.classes)
    back = read_back(labelled, per_way=1, seed=0)
    assert [label for _, labels in back.values() for label in labels] == list(range(len(WAYS)))


def test_saved_copies_are_added_to_a_split() -> None:
    """The split comes first, unchanged; a copy of each way follows, with its digit's label and a name of its own."""
    digits = split(24)
    more = with_saved(digits, per_way=1, seed=0)
    np.testing.assert_array_equal(more.images[:24], digits.images)
    assert len(more) == 24 + len(WAYS) == len(set(more.ids))
    assert more.labels[24:].tolist() == [2 * i % 10 for i in range(len(WAYS))]
