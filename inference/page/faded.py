"""Find where the strokes of a digit fade: into specks, or into ink too faint to be ink anywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.pixels.centring import bounding_box
from inference.pixels.connected_components import connected_components, dilated

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["find_faded"]

# Chosen on MNIST digits drawn for this: half faint, dotted or broken.
STEP = 0.1  # of the digit's longer side: largest gap between the pieces of a stroke that fades
FAR = 0.12  # of the digit's longer side: least distance that they reach; dust beside a stroke does not matter
AROUND = 1.2  # of the digit's longer side: how far beyond the digit they reach at most
AREA = 1.0  # of the square of that side: largest area that they cover in steps; dust covers more than a stroke
MOSTLY = 0.6  # least share of all specks and faint ink that they are: dust and grain lie anywhere


def find_faded(digit: NDArray[np.bool_], dust: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the dust that continues the strokes of a digit, bool [h, w].

    It leads away from the digit in small steps, and little dust lies elsewhere.

    Args:
        digit: bool, shape [h, w]: the strokes that are sure; not empty.
        dust: bool, shape [h, w]: specks and faint ink.
    """
    import numpy as np

    none = np.zeros_like(digit)
    top, bottom, left, right = bounding_box(digit)
    size = max(bottom - top, right - left)
    around = round(AROUND * size)
    near = np.s_[max(top - around, 0) : bottom + around, max(left - around, 0) : right + around]
    every = np.count_nonzero(dust)
    if not every or np.count_nonzero(dust[near]) < MOSTLY * every:
        return none
    step, far = (2 * round(each) + 1 for each in (STEP * size / 2, FAR * size))
    groups = connected_components(dilated(digit | dust, step, step))[0]
    labels, table = connected_components(dust)
    with_digit = np.zeros(len(table), np.bool_)
    with_digit[labels[np.isin(groups, groups[digit]) & dust]] = True
    with_digit[0] = False
    begin, end = np.array([near[1].start, near[0].start]), np.array([near[1].stop, near[0].stop])
    with_digit &= ((table[:, :2] >= begin) & (table[:, :2] + table[:, 2:4] <= end)).all(axis=1)
    faded = np.take(with_digit, labels)
    reaches = (faded & ~dilated(digit, far, far)).any() and np.count_nonzero(faded) >= MOSTLY * every
    return faded if reaches and np.count_nonzero(dilated(faded, step, step)) <= AREA * size**2 else none
