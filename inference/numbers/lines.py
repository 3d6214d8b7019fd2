"""Put the digits of a page into lines, in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from inference.numbers.boxes import Box

__all__ = ["in_lines"]

# Chosen by eye on the pages of learning/synthetic/drawn_pages.py.
LEVEL = 0.6  # of the usual height: largest step from a digit to the next on its line
RECENT = 3  # digits of a line whose mean row the next one is compared with: a line may slope


def in_lines(boxes: Sequence[Box], height: float) -> list[list[int]]:
    """Return the positions of boxes, line by line from top to bottom, each from left to right.

    Args:
        boxes: of the digits, in any order.
        height: usual height of a digit, in pixels.
    """
    lines: list[list[int]] = []
    for i in sorted(range(len(boxes)), key=lambda each: boxes[each].middle[0]):
        row = boxes[i].middle[1]
        steps = [abs(_row(line[-RECENT:], boxes) - row) for line in lines]
        nearest = min(range(len(lines)), key=steps.__getitem__, default=None)
        if nearest is not None and steps[nearest] <= LEVEL * height:
            lines[nearest].append(i)
        else:
            lines.append([i])
    return sorted(lines, key=lambda line: _row(line, boxes))


def _row(line: Sequence[int], boxes: Sequence[Box]) -> float:
    return sum(boxes[i].middle[1] for i in line) / len(line)
