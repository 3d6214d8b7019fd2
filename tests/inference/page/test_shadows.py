"""Shadows are separated from ink by their soft edges."""

from __future__ import annotations

import cv2
import numpy as np

from inference.page.ink import Ink, find_ink
from inference.page.shadows import find_shadows, measure_slopes
from tests.inference.pictures import draw

DISC = (slice(60, 80), slice(50, 70))
LEVEL = 215  # of 240: darker pixels are the first estimate of the ink


def disc(light: float, blur: float) -> np.ndarray:
    """Return a page, float32 [192, 256], with a disc that gets a share *light* of the light."""
    shade = cv2.circle(np.zeros((192, 256), np.float32), (60, 70), 30, (1.0,), -1)
    return 240 * (1 - (1 - light) * cv2.GaussianBlur(shade, (0, 0), blur)).astype(np.float32)


def seen(page: np.ndarray) -> tuple[Ink, np.ndarray]:
    """Return the ink of a page and the mask of its shadows."""
    ink = find_ink(page, np.ones(page.shape, np.bool_), page < LEVEL, dark=True)
    return ink, find_shadows(measure_slopes(page), ink, dark=True)


def test_a_soft_edge_is_a_shadow() -> None:
    """A disc with 60 % of the light and a soft edge is a shadow."""
    ink, soft = seen(disc(0.6, 6))
    assert ink.mask[DISC].all()
    assert soft[DISC].all()


def test_a_sharp_blot_is_ink() -> None:
    """The same disc with a sharp edge is ink."""
    ink, soft = seen(disc(0.6, 0.8))
    assert ink.mask[DISC].all()
    assert not soft.any()


def test_a_black_disc_is_ink() -> None:
    """Black with a soft edge is ink out of focus, not a shadow."""
    ink, soft = seen(disc(0.1, 6))
    assert ink.mask[DISC].all()
    assert not soft.any()


def test_a_stroke_beside_a_shadow_is_kept() -> None:
    """On a page with both, only the shadow is soft."""
    stroke = draw(np.full((192, 256), 255, np.uint8), ((0.7, 0.2), (0.7, 0.8)), 9, (60,))
    ink, soft = seen((disc(0.6, 6) * stroke / 255).astype(np.float32))
    assert soft[DISC].all()
    assert ink.mask[60:130, 179].all()
    assert not soft[:, 150:].any()


def test_specks_are_not_judged() -> None:
    """A few pixels are never called a shadow, however soft they are."""
    page = np.full((192, 256), 240, np.float32)
    page[70:73, 60:63] = 200
    assert not seen(page)[1].any()
