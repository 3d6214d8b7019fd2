"""What is wrong with a data set as a whole, or should be looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from components.sources.survey import Survey, survey
from schemas.artifacts.examples import Split
from schemas.errors import InputError
from tests.samples import make_split

LETTERS = ("a", "b", "c")


def look(train: Split, test: Split) -> Survey:
    """Look at two splits."""
    return survey({"train": train, "test": test})


def make(labels: list[int], seed: int = 0) -> Split:
    """Give a split of three classes, of which no two seeds share a picture."""
    return make_split(labels, LETTERS, seed)


def test_what_is_right_is_not_warned_of() -> None:
    """There is no warning where nothing is to be looked at."""
    assert look(make([0, 1, 2]), make([0, 1, 2], seed=1)).warnings == []


def test_a_class_without_train_pictures_is_an_error() -> None:
    """A class that cannot be learned is named."""
    with pytest.raises(InputError, match="the train split has no picture of b, c") as caught:
        look(make([0, 0]), make([0, 1, 2], seed=1))
    assert caught.value.found == "2 of a"


@pytest.mark.parametrize(("train", "test"), [([], [0]), ([0, 1, 2], [])])
def test_an_empty_split_is_an_error(train: list[int], test: list[int]) -> None:
    """Both splits need pictures."""
    with pytest.raises(InputError, match="a split has no pictures"):
        look(make(train), make(test, seed=1))


def test_a_class_without_test_pictures_is_warned_of() -> None:
    """A class that is not tested is named."""
    [warning] = look(make([0, 1, 2]), make([0, 2], seed=1)).warnings
    assert warning.startswith("the test split has no picture of b")


def test_classes_ten_to_one_are_warned_of() -> None:
    """Ten times as many pictures of one class as of another are told, with both numbers."""
    [warning] = look(make([0] * 10 + [1, 2, 2]), make([0, 1, 2], seed=1)).warnings
    assert warning == "the classes are very unequal: 10 train pictures of a, 1 of b"


def test_classes_nine_to_one_are_not() -> None:
    """Less than ten times as many are no matter."""
    assert look(make([0] * 9 + [1, 2]), make([0, 1, 2], seed=1)).warnings == []


def test_one_picture_with_two_labels_is_warned_of() -> None:
    """The same picture under two labels is named with both."""
    train = make([0, 1, 2])
    conflicting = replace(train, images=train.images[[0, 0, 2]], ids=["x", "y", "z"])
    [warning] = look(conflicting, make([0, 1, 2], seed=1)).warnings
    assert warning == "1 picture appears under two labels (x is a and y is b)"


def test_a_picture_twice_under_one_label_is_only_counted() -> None:
    """A copy with the same label is counted and not warned of."""
    train = make([0, 0, 1, 2])
    found = look(replace(train, images=train.images[[0, 0, 2, 3]]), make([0, 1, 2], seed=1))
    assert (found.splits["train"].duplicates, found.warnings) == (1, [])


def test_test_pictures_in_train_are_warned_of() -> None:
    """A test picture that is a train picture too is named with it, and counted."""
    train, test = make([0, 1, 2]), make([0, 1, 2], seed=1)
    leaky = replace(test, images=np.concatenate([test.images[:2], train.images[2:]]), ids=["t0", "t1", "t2"])
    found = look(train, leaky)
    assert (found.overlap, found.warnings) == (1, ["1 test picture is also in train (t2 is 000002)"])


def test_no_more_than_three_are_named() -> None:
    """Of many cases three are named, and their number is."""
    train = make([0, 1, 2] * 3)
    [warning] = look(train, train).warnings
    assert (warning.startswith("9 test pictures are also in train ("), warning.count(" is 00000"), warning[-4:]) == (
        True,
        3,
        "...)",
    )
