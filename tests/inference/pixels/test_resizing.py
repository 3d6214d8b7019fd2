"""Shrinking and enlarging pictures."""

from __future__ import annotations

import numpy as np
import pytest

from inference.pixels.resizing import resized


@pytest.mark.parametrize("size", [(256, 192), (100, 75), (333, 250), (900, 700), (1, 1)])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_resized_picture_has_the_requested_size(size: tuple[int, int], channels: tuple[int, ...]) -> None:
    """Shrunk or enlarged, grey or coloured, a picture has the requested size and its own type."""
    picture = np.zeros((480, 640, *channels), np.uint8)
    made = resized(picture, size)
    assert (made.shape, made.dtype.name) == ((size[1], size[0], *channels), "uint8")


def test_the_mean_is_kept() -> None:
    """A shrunk picture is as bright as the original."""
    picture = np.random.default_rng(0).uniform(0, 255, (480, 640)).astype(np.float32)
    assert resized(picture, (150, 110)).mean() == pytest.approx(picture.mean(), rel=0.01)


@pytest.mark.parametrize("longer", [90, 170, 256, 400])
def test_no_thin_line_is_lost(longer: int) -> None:
    """At every size, lines one pixel wide keep their full strength, wherever they lie."""
    picture = np.zeros((600, 600), np.float32)
    picture[:, 7::53] = 255
    made = resized(picture, (longer, longer))
    strength = made.sum() / longer * (600 / longer)
    assert strength == pytest.approx(12 * 255, rel=0.12)
