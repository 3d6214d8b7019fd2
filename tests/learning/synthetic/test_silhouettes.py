"""Silhouettes are filled shapes of one to three shades, and reach the network in three ways."""

from __future__ import annotations

import cv2
import numpy as np

from inference.pixels.centring import bounding_box
from inference.pixels.stroke_width import stroke_width
from learning.synthetic.strangers.printing import printed, redrawn, whole
from learning.synthetic.strangers.silhouettes import draw_outlines, draw_silhouette
from learning.synthetic.strangers.surfaces import PAGE, draw_surface

RNG = np.random.default_rng(0)
PAGES = [draw_silhouette(RNG) for _ in range(60)]


def test_a_silhouette_is_a_page_of_greys() -> None:
    """Each has the size of the page and greys from 0 to 1, and nearly each has ink."""
    assert {page.shape for page in PAGES} == {(PAGE, PAGE)}
    assert all(0 <= page.min() <= page.max() <= 1 for page in PAGES)
    assert sum(bool(page.any()) for page in PAGES) > 57


def test_many_are_symmetrical() -> None:
    """At least a third have an outline that is its own mirror image, from left to right or from top to bottom."""
    inks = [page > 0 for page in PAGES]
    assert sum(bool((ink == ink[:, ::-1]).all() or (ink == ink[::-1]).all()) for ink in inks) > 20


def test_most_are_broader_than_strokes() -> None:
    """At least half are broader than the widest pen, a quarter of the page's side."""
    assert sum(stroke_width(page > 0) > PAGE / 8 for page in PAGES) > 30


def test_outlines_enclose_more_areas_than_a_digit() -> None:
    """Nearly every sketch encloses three areas or more; an 8 encloses two."""
    sketches = [draw_outlines(RNG) for _ in range(30)]
    enclosed = [cv2.connectedComponents((~lines).astype(np.uint8), connectivity=4)[0] - 2 for lines in sketches]
    assert sum(count >= 3 for count in enclosed) >= 28


def test_a_surface_has_a_lightest_point() -> None:
    """Each surface lies between 0 and 1 and reaches 1."""
    surfaces = [draw_surface(RNG) for _ in range(30)]
    assert all(0 <= each.min() <= each.max() <= 1 + 1e-6 and each.max() > 0.999 for each in surfaces)
    assert sum(float(each.std()) > 0.05 for each in surfaces) > 10


def test_a_page_fills_mnists_box_or_the_picture() -> None:
    """Printed and redrawn, the longer side has 20 pixels; whole, it has 28."""
    inked = [page for page in PAGES if page.any()]
    sizes = [{_longer(each) for each in way} for way in ([redrawn(p, RNG) for p in inked], [whole(p) for p in inked])]
    assert sizes[0] <= {19, 20, 28}
    assert sizes[1] <= {26, 27, 28}
    assert {_longer(printed(page)) for page in inked} <= {19, 20}


def _longer(image: np.ndarray) -> int:
    top, bottom, left, right = bounding_box(image > 0)
    return max(bottom - top, right - left)


def test_an_empty_page_stays_empty() -> None:
    """A page without ink is an empty picture in each way."""
    empty = np.zeros((PAGE, PAGE), np.float32)
    assert not any(image.any() for image in (printed(empty), whole(empty), redrawn(empty, RNG)))
