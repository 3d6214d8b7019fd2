"""Shadows are told from ink by their soft edges."""

from __future__ import annotations

import cv2
import numpy as np

from inference.page.ink import Ink, find_ink
from inference.page.shadows import find_shadows, measure_slopes
from tests.inference.pictures import draw

DISC = (slice(60, 80), slice(50, 70))
LEVEL = 215  # of 240: what is darker is a first idea of the ink


def disc(light: float, blur: float) -> np.ndarray:
    """Give a page, float32 [192, 256], on part of which only a share of the light falls."""
    shade = cv2.circle(np.zeros((192, 256), np.float32), (60, 70), 30, (1.0,), -1)
    return 240 * (1 - (1 - light) * cv2.GaussianBlur(shade, (0, 0), blur)).astype(np.float32)


def seen(page: np.ndarray) -> tuple[Ink, np.ndarray]:
    """Give the ink of a page and what of it is a shadow."""
    ink = find_ink(page, np.ones(page.shape, np.bool_), page < LEVEL, dark=True)
    return ink, find_shadows(measure_slopes(page), ink, dark=True)


def test_a_soft_shadow_is_told_from_ink() -> None:
    """What takes half of the light and has a soft edge is a shadow."""
    ink, soft = seen(disc(0.6, 6))
    assert ink.mask[DISC].all()
    assert soft[DISC].all()


def test_a_sharp_blot_is_ink() -> None:
    """The same with a sharp edge is ink."""
    ink, soft = seen(disc(0.6, 0.8))
    assert ink.mask[DISC].all()
    assert not soft.any()


def test_what_leaves_no_light_is_ink() -> None:
    """Black with a soft edge is a picture of ink out of focus, and no shadow."""
    ink, soft = seen(disc(0.1, 6))
    assert ink.mask[DISC].all()
    assert not soft.any()


def test_a_stroke_beside_a_shadow_is_kept() -> None:
    """Of a page with both, the shadow alone is soft."""
    stroke = draw(np.full((192, 256), 255, np.uint8), ((0.7, 0.2), (0.7, 0.8)), 9, (60,))
    ink, soft = seen((disc(0.6, 6) * stroke / 255).astype(np.float32))
    assert soft[DISC].all()
    assert ink.mask[60:130, 179].all()
    assert not soft[:, 150:].any()


def test_specks_are_not_judged() -> None:
    """Of a few pixels nothing is said, however soft."""
    page = np.full((192, 256), 240, np.float32)
    page[70:73, 60:63] = 200
    assert not seen(page)[1].any()
