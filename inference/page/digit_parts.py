"""Choose the connected components of the ink that form the digit, not dust, frames or another digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.pixels.connected_components import connected_components, longest_outline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Digit", "choose_parts"]

# Chosen by eye on the robustness suite's pictures; FAR on hasty 5s.
NEAR = 0.35  # of the digit's longer side: largest gap to a part that belongs to it
STROKE, FAR = 0.3, 0.55  # a part of this length may be this far off: the flag of a hasty 5
LEAST_AREA = 0.012  # of the digit's ink: a smaller part is dust
LEAST_LENGTH = 0.12  # of the digit's longer side: a shorter part is dust
LIKE = 0.5  # of the digit's longer side: a separate part this long may be another digit
FRAME = 0.3  # largest share of its bounding box that a drawn frame fills
RECTANGLE = 0.88  # least share of its smallest rotated rectangle that a drawn frame encloses
BORDER = 0.6  # of the longer side: a part that runs along the rim this far is a scan border, not a digit
INSIDE = 0.2  # of a frame's longer side: least length of what it frames
APART = 0.1  # of the digit's longer side: least gap to another digit


@dataclass(frozen=True)
class Digit:
    """The digit, chosen from all ink.

    Attributes:
        mask: bool, shape [h, w]: its strokes.
        others: bool, shape [h, w]: other parts larger than dust.
        dropped: number of other parts.
        digits: number of separate parts as large as a digit, itself included.
    """

    mask: NDArray[np.bool_]
    others: NDArray[np.bool_]
    dropped: int
    digits: int


def choose_parts(mask: NDArray[np.bool_], relief: NDArray[np.float32], rim: NDArray[np.bool_]) -> Digit:
    """Choose the part with the most ink and the strokes that belong to it.

    Args:
        mask: bool, shape [h, w]: all ink.
        relief: float32, shape [h, w]: contrast of each pixel with the paper.
        rim: bool, shape [h, w]: the edge of the paper; parts that run into it are less likely the digit.
    """
    import numpy as np

    labels, table = connected_components(mask)
    count = len(table)
    weight = np.bincount(labels[mask], relief[mask], count).astype(np.float64)
    weight[0] = 0
    at_rim = np.bincount(labels[rim], minlength=count)
    cut = at_rim > 0.15 * table[:, 4]
    weight[cut] *= 0.1
    border = at_rim > BORDER * table[:, 2:4].max(axis=1)
    weight[border] *= 0.01
    cut |= border
    frames = [i for i in range(1, count) if _is_frame(i, labels, table)]
    weight[frames] = 0
    if not weight.any():
        return Digit(np.zeros_like(mask), np.zeros_like(mask), count - 1, 0)
    boxes = table[:, :4].astype(np.float64)
    boxes[:, 2:] += boxes[:, :2]
    longer = table[:, 2:4].max(axis=1)
    chosen = np.zeros(count, np.bool_)
    chosen[int(weight.argmax())] = True
    size = float(longer[chosen][0])
    possible = (weight >= LEAST_AREA * weight.max()) & (longer >= LEAST_LENGTH * size) & ~cut
    for frame in frames:
        within = _within(table, frame)
        if (within & chosen).any():
            possible &= within  # a form field's label is not part of the digit in the field
    reach = np.where(longer >= STROKE * size, FAR, NEAR) * size
    for _ in range(3):  # a part may belong to the digit through another part
        chosen |= possible & (_gaps(boxes, _hull(boxes[chosen])) <= reach)
    separate = possible & (longer >= LIKE * size) & (_gaps(boxes, boxes[weight.argmax()]) > APART * size)
    others = (longer >= LEAST_LENGTH * size) & ~chosen
    others[0] = False
    dropped = int(count - 1 - np.count_nonzero(chosen))
    return Digit(np.take(chosen, labels), np.take(others, labels), dropped, 1 + int(np.count_nonzero(separate)))


def _is_frame(part: int, labels: NDArray[np.int32], table: NDArray[np.int32]) -> bool:
    """Return whether a part is a drawn rectangle: thin, with straight sides and ink inside."""
    import cv2

    left, top, width, height, area = map(int, table[part])
    if area > FRAME * width * height or not _inside(table, part):
        return False
    outline = longest_outline(labels[top : top + height, left : left + width] == part)
    turned = cv2.minAreaRect(outline)[1]
    return cv2.contourArea(outline) > RECTANGLE * turned[0] * turned[1]


def _inside(table: NDArray[np.int32], part: int) -> bool:
    """Return whether the bounding box of a part contains another part of some size."""
    return bool((_within(table, part) & (table[:, 2:4].max(axis=1) >= INSIDE * table[part, 2:4].max())).any())


def _within(table: NDArray[np.int32], part: int) -> NDArray[np.bool_]:
    """Return which parts lie in the bounding box of *part*, bool [parts]."""
    import numpy as np

    begin, end = table[part, :2], table[part, :2] + table[part, 2:4]
    ends = table[:, :2] + table[:, 2:4]
    return np.asarray(((table[:, :2] > begin) & (ends < end)).all(axis=1), np.bool_)


def _hull(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _gaps(boxes: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each box, [n, 4] (left, top, right, bottom), from *box*; 0 where they overlap."""
    import numpy as np

    gaps = np.maximum(boxes[:, :2] - box[2:], box[:2] - boxes[:, 2:])
    return np.hypot(*np.maximum(gaps, 0).T)
