"""Connected components of masks."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.pixels.connected_components import connected_components


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_components_are_those_of_opencv(share: float, connectivity: int) -> None:
    """Labels, boxes and areas are those that OpenCV finds."""
    mask = np.zeros((60, 80), np.bool_)
    mask[7:50, 9:71] = np.random.default_rng(0).uniform(size=(43, 62)) < share
    labels, table = connected_components(mask, connectivity)
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=connectivity)
    assert len(table) == count
    assert len(set(zip(labels.ravel().tolist(), np.asarray(numbers).ravel().tolist(), strict=True))) == count
    assert {tuple(row) for row in table[1:].tolist()} == {tuple(row) for row in np.asarray(stats)[1:].tolist()}
    assert table[0, 4] == np.asarray(stats)[0, 4]


def test_an_empty_mask_has_no_component() -> None:
    """An empty mask has only the background, as large as the mask."""
    labels, table = connected_components(np.zeros((5, 7), np.bool_))
    assert not labels.any()
    assert table.tolist() == [[0, 0, 7, 5, 35]]


def test_a_full_mask_is_one_component() -> None:
    """A full mask is one component, and its background is empty."""
    labels, table = connected_components(np.ones((5, 7), np.bool_))
    assert (labels == 1).all()
    assert table[:, 4].tolist() == [0, 35]
