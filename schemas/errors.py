"""The errors, as one tree; the command catches its root and nothing else.

DigitsError            exit 1
├── StageError         exit 1   a stage failed
├── UsageError         exit 2   the command line or pipeline.yaml is invalid
└── InputError         exit 4   an input is missing or corrupt
"""

from __future__ import annotations

__all__ = ["DigitsError", "InputError", "StageError", "UsageError", "nearest", "printable"]

NO_BREAK = "\N{NO-BREAK SPACE}"


class DigitsError(Exception):
    """An error that the user can fix: what is wrong, what was found, what was expected, what to do.

    Args:
        headline: what is wrong, and where, in one line; unprintable characters of each part are escaped.
        found: what was there.
        expected: what should have been there.
        do: what to do next, as a sentence or a command.
    """

    exit_code = 1

    def __init__(self, headline: str, *, found: str = "", expected: str = "", do: str = "") -> None:
        self.headline = printable(headline)
        super().__init__(self.headline)
        self.found = printable(found)
        self.expected = printable(expected)
        self.do = printable(do)

    def __str__(self) -> str:
        """Return the headline and, indented below it, the parts that are not empty."""
        rows = (("found:    ", self.found), ("expected: ", self.expected), ("do:       ", self.do))
        return "\n".join([self.headline, *(f"  {name}{text}" for name, text in rows if text)])


class StageError(DigitsError):
    """A stage failed."""


class UsageError(DigitsError):
    """The command line or pipeline.yaml is invalid."""

    exit_code = 2


class InputError(DigitsError):
    """An input is missing or corrupt."""

    exit_code = 4


def printable(text: str) -> str:
    """Return a text as one line that no name can forge: control and bidirectional characters are escaped."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == NO_BREAK else ascii(each)[1:-1] for each in text)


def nearest(name: str, valid: list[str]) -> str:
    """Return a suggestion from the valid names, 'did you mean "epochs"?', or '' if none is close."""
    import difflib

    close = difflib.get_close_matches(name, valid, n=1)
    return f'did you mean "{close[0]}"?' if close else ""
