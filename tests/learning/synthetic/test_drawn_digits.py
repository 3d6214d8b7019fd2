"""Digits drawn by a program are labelled, look like MNIST's, and serve only for training."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from inference.drawing.mnist_like import are_mnist_like
from learning.synthetic.drawn_digits import draw_digits
from learning.synthetic.writing_styles import STYLES
from schemas.artifacts.examples import Examples, Split
from tests.components.sources.own_pictures import ingest_own
from tests.samples import write_digits

COUNT = 20 * len(STYLES)


@pytest.fixture(scope="module")
def drawn() -> Split:
    """Draw 20 digits of every style."""
    return draw_digits(COUNT, seed=0)


@pytest.mark.parametrize("style", STYLES)
def test_the_extremes_of_a_style_have_the_same_strokes(style: str) -> None:
    """Both extremes of a style have the same points, with corners at the same places."""
    one, other = ([stroke.split() for stroke in extreme.split(";")] for extreme in STYLES[style])
    corners = [[[a == b for a, b in pairwise(points)] for points in each] for each in (one, other)]
    assert [len(points) for points in one] == [len(points) for points in other]
    assert corners[0] == corners[1]


def test_every_style_is_drawn(drawn: Split) -> None:
    """The id of a picture names its style, and every style has as many pictures."""
    names = [identity.removeprefix("drawn/").rpartition("-")[0].replace("-", " ") for identity in drawn.ids]
    assert Counter(names) == dict.fromkeys(STYLES, 20)


def test_the_label_is_the_digit_of_the_style(drawn: Split) -> None:
    """The name of a style begins with its digit."""
    assert [drawn.classes[label] for label in drawn.labels] == [each.removeprefix("drawn/")[0] for each in drawn.ids]


def test_pictures_are_mnist_like(drawn: Split) -> None:
    """Drawn digits are MNIST-like in size, place, ink and background, but for broad pens at low resolution."""
    assert are_mnist_like(drawn.images).mean() > 0.9


def test_no_two_pictures_are_equal(drawn: Split) -> None:
    """All drawn pictures differ."""
    assert len({image.tobytes() for image in drawn.images}) == COUNT


def test_the_seed_decides_the_pictures(drawn: Split) -> None:
    """The same seed draws the same pictures, and another seed draws others."""
    np.testing.assert_array_equal(draw_digits(COUNT, seed=0).images, drawn.images)
    assert (draw_digits(COUNT, seed=1).images != drawn.images).any(axis=(1, 2)).mean() > 0.99


def test_ingest_puts_them_into_their_own_split(tmp_path: Path) -> None:
    """Ingest puts drawn digits into a split of the requested size and records their source."""
    own = ingest_own(tmp_path, source="sample", drawn=200)
    assert len(Examples(tmp_path / "examples" / "path").read("drawn")) == 200
    assert {name: each.count for name, each in own.record.splits.items()} == {"train": 4000, "test": 1000, "drawn": 200}
    assert [(each.source.name, each.splits) for each in own.record.sources] == [
        ("sample", {"train": 4000, "test": 1000}),
        ("drawn", {"drawn": 200}),
    ]
    assert own.record.source.name == "sample"


def test_other_classes_get_no_drawn_digits(tmp_path: Path) -> None:
    """If the classes are not the ten digits, ingest draws none."""
    own = ingest_own(
        tmp_path / "out", source="folder", folder=write_digits(tmp_path / "mine", {"3": 5, "7": 5}), drawn=10
    )
    assert set(own.record.splits) == {"train", "test"}
