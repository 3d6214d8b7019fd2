"""A thumbnail separates ink from paper and fills in the paper below the ink."""

from __future__ import annotations

import numpy as np
import pytest

from inference.page.thumbnail import fill_background, find_coarse_ink
from tests.inference.pictures import seven

Y, X = np.mgrid[0:1:120j, 0:1:160j]
LIGHT = {
    "even": np.full((120, 160), 220.0),
    "from one side": 240 - 140 * X,
    "vignette": 235 - 130 * ((X - 0.5) ** 2 + (Y - 0.5) ** 2),
}


@pytest.mark.parametrize("light", LIGHT)
@pytest.mark.parametrize("dark", [True, False])
def test_ink_is_found_in_any_light(light: str, dark: bool) -> None:  # noqa: FBT001
    """Coarse ink covers the ink and nothing else, and states whether it is darker than the paper."""
    ink = seven((120, 160), 8, ink=0, paper=255) < 128
    page = LIGHT[light] if dark else LIGHT[light] - 80
    coarse, darker = find_coarse_ink(
        np.clip(np.where(ink, page + (-80 if dark else 80), page), 0, 255).astype(np.uint8)
    )
    assert darker == dark
    assert np.count_nonzero((coarse > 0) != ink) < 0.02 * ink.sum() + 10


@pytest.mark.parametrize("light", LIGHT)
def test_the_background_is_filled_in_below_ink(light: str) -> None:
    """Below ink and at the borders, the background is as light as it would be without ink."""
    ink = seven((120, 160), 14, ink=0, paper=255) < 250
    page = np.where(ink, 30, LIGHT[light]).astype(np.uint8)
    ground = fill_background(page, np.where(ink, 0, 255).astype(np.uint8))
    assert np.abs(ground - LIGHT[light]).max() < 8
