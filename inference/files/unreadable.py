"""The error for a file that cannot be read as a picture."""

from __future__ import annotations

from schemas.errors import InputError

__all__ = ["UnreadableError"]


class UnreadableError(InputError):
    """A file cannot be read as a picture.

    Args:
        reason: a few words, short enough for a table: `cut short`, `an SVG drawing`.
        expected: what can be read.
        passing: whether the failure is transient: caused by the machine, not the file, so that a retry may succeed.
    """

    def __init__(self, reason: str, *, expected: str = "", passing: bool = False) -> None:
        super().__init__(f"unreadable: {reason}", expected=expected, do="save the picture as PNG or JPEG")
        self.reason = reason
        self.passing = passing
