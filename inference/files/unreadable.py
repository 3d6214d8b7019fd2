"""The error of a file that holds no picture we can read."""

from __future__ import annotations

from schemas.errors import InputError

__all__ = ["UnreadableError"]


class UnreadableError(InputError):
    """A file holds no picture that can be read.

    Args:
        reason: a few words that fit a table: `cut short`, `an SVG drawing`.
        expected: what could have been read instead.
        passing: whether it is a trouble of the machine's, not of the file, and may be over the next time.
    """

    def __init__(self, reason: str, *, expected: str = "", passing: bool = False) -> None:
        super().__init__(f"unreadable: {reason}", expected=expected, do="save the picture as PNG or JPEG")
        self.reason = reason
        self.passing = passing
