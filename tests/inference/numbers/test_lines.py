"""The order in which digits are read."""

from __future__ import annotations

from inference.numbers.boxes import Box, in_lines

HEIGHT = 40.0


def _row(top: int, *, count: int = 3, rise: int = 0) -> list[Box]:
    return [Box(60 * i, top + rise * i, 30, 40) for i in range(count)]


def test_digits_are_read_from_left_to_right() -> None:
    """The order of the boxes does not matter."""
    assert in_lines(_row(0)[::-1], HEIGHT) == [[2, 1, 0]]


def test_a_sloping_line_is_one_line() -> None:
    """A line that rises by more than a digit's height from end to end is one line."""
    assert len(in_lines(_row(100, count=8, rise=-10), HEIGHT)) == 1


def test_lines_are_read_from_top_to_bottom() -> None:
    """Rows that lie one and a half digits apart are two lines, the upper one first."""
    assert in_lines([*_row(60), *_row(0)], HEIGHT) == [[3, 4, 5], [0, 1, 2]]


def test_a_page_without_digits_has_no_lines() -> None:
    """No boxes make no lines."""
    assert in_lines([], 0.0) == []
