"""Choose the connected components of the ink that form the digit, not dust, frames or another digit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from inference.page.faded import find_faded
from inference.page.marks import are_within, find_frames, find_underlines
from inference.page.touching import evidence_needed, find_touching_lines
from inference.pixels.centring import bounding_box
from inference.pixels.connected_components import connected_components

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
CUT = 0.15  # share of its area along the rim above which a part is cut by it
BORDER = 0.6  # of the longer side: a part that runs along the rim this far is a scan border, not a digit
FLAT = 0.4  # height over width of a part that is no digit
SHARED = 0.5  # of a bar's width: least width that it shares with the rest of its digit
SLIM, LOWER = 0.3, 0.25  # of the height of a 4's stem: its largest width; least distance of its foot below the bow's
APART = 0.1  # of the digit's longer side: least gap to another digit


@dataclass(frozen=True)
class Digit:
    """The digit, chosen from all ink.

    Attributes:
        mask: bool, shape [h, w]: its strokes.
        faded: bool, shape [h, w]: specks and faint ink that continue them.
        others: bool, shape [h, w]: other parts larger than dust, and lines that touch the digit.
        marks: bool, shape [h, w]: boxes and circles around digits and lines below them, touching or not.
        dropped: number of other parts.
        digits: number of separate parts as large as a digit, itself included.
        leftover: length of the longest other part over the digit's or, if that is more, ink of all other parts over the
            digit's, at most 1. A box or circle around it, a line below it and the edge of the paper do not count.
    """

    mask: NDArray[np.bool_]
    faded: NDArray[np.bool_]
    others: NDArray[np.bool_]
    marks: NDArray[np.bool_]
    dropped: int
    digits: int
    leftover: float

    @cached_property
    def crossed(self) -> float:
        """The evidence that it needs because a line may cross it out: see `touching.evidence_needed`."""
        return evidence_needed(_cropped(self.mask)) if self.mask.any() else 0.0


def choose_parts(
    mask: NDArray[np.bool_],
    relief: NDArray[np.float32],
    rim: NDArray[np.bool_],
    faint: NDArray[np.bool_] | None = None,
) -> Digit:
    """Choose the part with the most ink and the strokes that belong to it.

    Args:
        mask: bool, shape [h, w]: all ink.
        relief: float32, shape [h, w]: contrast of each pixel with the paper.
        rim: bool, shape [h, w]: the edge of the paper; parts that run into it are less likely the digit.
        faint: bool, shape [h, w]: ink too faint to be ink by itself, which may continue the digit's strokes.
    """
    import numpy as np

    labels, table = connected_components(mask)
    frames, underlines = find_frames(labels, table), find_underlines(table)
    lines = find_touching_lines(labels, table, frames | underlines)
    if lines.any():
        mask = mask & ~lines
        labels, table = connected_components(mask)
        frames, underlines = find_frames(labels, table), find_underlines(table)
    weight, cut, border = _weigh(labels, table, mask, relief, rim)
    weight[frames | underlines] = 0
    if not weight.any():
        none = np.zeros_like(mask)
        return Digit(none, none, none, none, len(table) - 1, 0, 0.0)
    longer, main = table[:, 2:4].max(axis=1), int(weight.argmax())
    size = float(longer[main])
    possible = (weight >= LEAST_AREA * weight[main]) & (longer >= LEAST_LENGTH * size) & ~cut
    around = np.zeros_like(frames)
    for frame in np.flatnonzero(frames):
        within = are_within(table, int(frame))
        if within[main]:
            around[frame] = True
            possible &= within  # a form field's label is not part of the digit in the field
    boxes = table[:, :4].astype(np.float64)
    boxes[:, 2:] += boxes[:, :2]
    chosen = _gather(main, boxes, possible, np.where(longer >= STROKE * size, FAR, NEAR) * size)
    separate = possible & (longer >= LIKE * size) & (_gaps(boxes, boxes[main]) > APART * size)
    count = 1 + sum(not _is_stroke_of(box, boxes[main]) for box in boxes[separate])
    others = (longer >= LEAST_LENGTH * size) & ~chosen
    others[0] = False
    digit, dust = np.take(chosen, labels), ~(chosen | possible | cut | frames | underlines)
    dust[0] = False
    specks = _ink_of(dust, labels)
    faded = find_faded(digit, specks if faint is None else specks | faint)
    continued = np.zeros_like(chosen)
    continued[labels[faded]] = True
    leftover = _compare(table, ~(chosen | continued | around | underlines | border), chosen, size)
    dropped = int(np.count_nonzero(~(chosen | continued)[1:])) + bool(lines.any())
    marks = _ink_of(frames | underlines, labels) | lines
    return Digit(digit, faded, _ink_of(others & ~continued, labels) | lines, marks, dropped, count, leftover)


def _ink_of(parts: NDArray[np.bool_], labels: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return the ink of some parts, bool [h, w]; of none in no time."""
    import numpy as np

    return np.take(parts, labels) if parts.any() else np.zeros(labels.shape, np.bool_)


def _cropped(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    top, bottom, left, right = bounding_box(mask)
    return mask[top:bottom, left:right]


def _compare(table: NDArray[np.int32], left: NDArray[np.bool_], chosen: NDArray[np.bool_], size: float) -> float:
    """Return how large what is left is beside a digit of length *size*: its longest part or all its ink; at most 1."""
    parts = table[1:][left[1:]]
    length, ink = float(parts[:, 2:4].max(initial=0)) / size, float(parts[:, 4].sum()) / float(table[chosen, 4].sum())
    return min(max(length, ink), 1.0)


def _weigh(
    labels: NDArray[np.int32],
    table: NDArray[np.int32],
    mask: NDArray[np.bool_],
    relief: NDArray[np.float32],
    rim: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the ink of each part, less at the rim; which parts the rim cuts; and which run along it."""
    import numpy as np

    weight = np.bincount(labels[mask], relief[mask], len(table)).astype(np.float64)
    weight[0] = 0
    at_rim = np.bincount(labels[rim], minlength=len(table))
    cut, border = at_rim > CUT * table[:, 4], at_rim > BORDER * table[:, 2:4].max(axis=1)
    weight[cut] *= 0.1
    weight[border] *= 0.01
    return weight, cut | border, border


def _gather(
    main: int, boxes: NDArray[np.float64], possible: NDArray[np.bool_], reach: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return the main part and those within reach of it, bool [parts]."""
    import numpy as np

    chosen = np.arange(len(boxes)) == main
    for _ in range(3):  # a part may belong to the digit through another part
        chosen |= possible & (_gaps(boxes, _hull(boxes[chosen])) <= reach)
    return chosen


def _is_stroke_of(part: NDArray[np.float64], main: NDArray[np.float64]) -> bool:
    """Return whether a part makes one digit with the main part: either is the bar of a 5, or half of a 4."""
    return any(is_half(*both) for is_half in (_is_bar, _is_stem) for both in ((part, main), (main, part)))


def _is_bar(bar: NDArray[np.float64], rest: NDArray[np.float64]) -> bool:
    """Return whether a part, (left, top, right, bottom), is too flat for a digit, and above or below another."""
    width, shared = bar[2] - bar[0], min(bar[2], rest[2]) - max(bar[0], rest[0])
    return bool(bar[3] - bar[1] <= FLAT * width and shared >= SHARED * width)


def _is_stem(stem: NDArray[np.float64], bow: NDArray[np.float64]) -> bool:
    """Return whether a part is an upright stroke right of another, and reaches lower than a digit beside it would."""
    height = stem[3] - stem[1]
    slim = stem[2] - stem[0] <= SLIM * height
    return bool(slim and 0 <= stem[0] - bow[2] <= NEAR * height and stem[3] - bow[3] >= LOWER * height)


def _hull(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _gaps(boxes: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each box, [n, 4] (left, top, right, bottom), from *box*; 0 where they overlap."""
    import numpy as np

    gaps = np.maximum(boxes[:, :2] - box[2:], box[:2] - boxes[:, 2:])
    return np.hypot(*np.maximum(gaps, 0).T)
