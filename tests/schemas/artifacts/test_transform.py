"""The normalisation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.samples import make_transform


@pytest.mark.parametrize(("mean", "std"), [(0.1307, 0.3081), (0.0, 1.0), (0.5, 0.01)])
def test_apply_normalises(tmp_path: Path, mean: float, std: float) -> None:
    """Each pixel value x from 0 to 255 becomes (x / 255 - mean) / std."""
    pixels = np.arange(256, dtype=np.uint8)
    applied = make_transform(tmp_path / "transform", mean, std).apply(pixels)
    np.testing.assert_allclose(applied, (np.arange(256) / 255 - mean) / std, rtol=1e-5, atol=1e-5)


def test_apply_returns_float32_of_the_same_shape(tmp_path: Path) -> None:
    """Pictures of any shape come back as float32 of that shape."""
    applied = make_transform(tmp_path / "transform").apply(np.zeros((2, 3, 28, 28), np.uint8))
    assert (applied.shape, applied.dtype) == ((2, 3, 28, 28), np.dtype(np.float32))
