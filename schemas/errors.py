"""What can go wrong, as one tree; the command catches its root and nothing else.

DigitsError            exit 1
├── StageError         exit 1   a stage could not do its work
├── UsageError         exit 2   the command line or pipeline.yaml asks for what cannot be
└── InputError         exit 4   an input is missing or corrupt
"""

from __future__ import annotations

__all__ = ["DigitsError", "InputError", "StageError", "UsageError", "nearest"]


class DigitsError(Exception):
    """Something a person can mend: what, what was found, what was expected, what to do.

    Args:
        headline: what is wrong, and where, in one line.
        found: what was there.
        expected: what should have been there.
        do: what to do next, as a sentence or a command.
    """

    exit_code = 1

    def __init__(self, headline: str, *, found: str = "", expected: str = "", do: str = "") -> None:
        self.headline = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in headline)
        super().__init__(self.headline)
        self.found = found
        self.expected = expected
        self.do = do

    def __str__(self) -> str:
        """Give the headline and, indented below it, whatever else is known."""
        rows = (("found:    ", self.found), ("expected: ", self.expected), ("do:       ", self.do))
        return "\n".join([self.headline, *(f"  {name}{text}" for name, text in rows if text)])


class StageError(DigitsError):
    """A stage could not do its work."""


class UsageError(DigitsError):
    """The command line or pipeline.yaml asks for what cannot be."""

    exit_code = 2


class InputError(DigitsError):
    """An input is missing or corrupt."""

    exit_code = 4


def nearest(name: str, valid: list[str]) -> str:
    """Say which of the valid names was probably meant: 'did you mean "epochs"?', or ''."""
    import difflib

    close = difflib.get_close_matches(name, valid, n=1)
    return f'did you mean "{close[0]}"?' if close else ""
