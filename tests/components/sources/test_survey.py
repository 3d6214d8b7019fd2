"""Faults of a data set as a whole: errors and warnings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from components.sources.survey import Survey, survey
from schemas.artifacts.examples import Split
from schemas.errors import InputError
from tests.samples import make_split

LETTERS = ("a", "b", "c")


def survey_of(train: Split, test: Split) -> Survey:
    """Survey two splits."""
    return survey({"train": train, "test": test})


def make(labels: list[int], seed: int = 0) -> Split:
    """Return a split of three classes; no two seeds share a picture."""
    return make_split(labels, LETTERS, seed)


def test_good_data_has_no_warning() -> None:
    """A data set without faults has no warning."""
    assert survey_of(make([0, 1, 2]), make([0, 1, 2], seed=1)).warnings == []


def test_a_class_without_train_pictures_is_an_error() -> None:
    """The error names the classes without train pictures."""
    with pytest.raises(InputError, match="the train split has no picture of b, c") as caught:
        survey_of(make([0, 0]), make([0, 1, 2], seed=1))
    assert caught.value.found == "2 of a"


@pytest.mark.parametrize(("train", "test"), [([], [0]), ([0, 1, 2], [])])
def test_an_empty_split_is_an_error(train: list[int], test: list[int]) -> None:
    """An empty split is an error."""
    with pytest.raises(InputError, match="a split has no pictures"):
        survey_of(make(train), make(test, seed=1))


def test_a_class_without_test_pictures_is_a_warning() -> None:
    """A warning names a class without test pictures."""
    [warning] = survey_of(make([0, 1, 2]), make([0, 2], seed=1)).warnings
    assert warning.startswith("the test split has no picture of b")


def test_classes_ten_to_one_are_a_warning() -> None:
    """If one class has ten times the pictures of another, a warning states both numbers."""
    [warning] = survey_of(make([0] * 10 + [1, 2, 2]), make([0, 1, 2], seed=1)).warnings
    assert warning == "the classes are very unequal: 10 train pictures of a, 1 of b"


def test_classes_nine_to_one_are_not_a_warning() -> None:
    """Less than ten times as many pictures are not a warning."""
    assert survey_of(make([0] * 9 + [1, 2]), make([0, 1, 2], seed=1)).warnings == []


def test_one_picture_with_two_labels_is_a_warning() -> None:
    """A warning names a picture under two labels with both."""
    train = make([0, 1, 2])
    conflicting = replace(train, images=train.images[[0, 0, 2]], ids=["x", "y", "z"])
    [warning] = survey_of(conflicting, make([0, 1, 2], seed=1)).warnings
    assert warning == "1 picture appears under two labels (x is a and y is b)"


def test_a_picture_twice_under_one_label_is_only_counted() -> None:
    """A copy with the same label is counted without a warning."""
    train = make([0, 0, 1, 2])
    found = survey_of(replace(train, images=train.images[[0, 0, 2, 3]]), make([0, 1, 2], seed=1))
    assert (found.splits["train"].duplicates, found.warnings) == (1, [])


def test_test_pictures_in_train_are_a_warning() -> None:
    """A test picture that is also in train is counted, and a warning names both."""
    train, test = make([0, 1, 2]), make([0, 1, 2], seed=1)
    leaky = replace(test, images=np.concatenate([test.images[:2], train.images[2:]]), ids=["t0", "t1", "t2"])
    found = survey_of(train, leaky)
    assert (found.overlap, found.warnings) == (1, ["1 test picture is also in train (t2 is 000002)"])


def test_at_most_three_are_named() -> None:
    """Of many cases the warning names three and states their number."""
    train = make([0, 1, 2] * 3)
    [warning] = survey_of(train, train).warnings
    assert (warning.startswith("9 test pictures are also in train ("), warning.count(" is 00000"), warning[-4:]) == (
        True,
        3,
        "...)",
    )
