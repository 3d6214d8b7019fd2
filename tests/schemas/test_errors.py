"""Errors print what a person needs, and their tree is as drawn."""

from __future__ import annotations

import inspect
import re

import pytest

from schemas import errors
from schemas.errors import DigitsError, InputError, StageError, UsageError, nearest


def test_every_part_is_printed_on_its_line() -> None:
    """An error prints its headline and, indented below, what was found, expected and to be done."""
    error = DigitsError("it broke", found="a hole", expected="a whole", do="mend it")
    assert str(error) == "it broke\n  found:    a hole\n  expected: a whole\n  do:       mend it"


def test_what_is_not_known_is_not_printed() -> None:
    """An error prints no line for what it does not know."""
    assert str(DigitsError("it broke", do="mend it")) == "it broke\n  do:       mend it"


def test_a_headline_alone_is_one_line() -> None:
    """An error that knows nothing else prints its headline."""
    assert str(DigitsError("it broke")) == "it broke"


@pytest.mark.parametrize(("kind", "code"), [(DigitsError, 1), (StageError, 1), (UsageError, 2), (InputError, 4)])
def test_exit_codes(kind: type[DigitsError], code: int) -> None:
    """Each kind of error ends the command with its own exit code."""
    assert kind("it broke").exit_code == code


def drawn_tree() -> dict[str, tuple[str, int]]:
    """Read the drawing: for each class, in order, the name of the one above it and its exit code."""
    drawn: dict[str, tuple[str, int]] = {}
    above: list[str] = ["Exception"]
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"([│├└─ ]*)(\w+) +exit (\d+)", line):
            depth = len(match[1]) // 4
            drawn[match[2]] = (above[depth], int(match[3]))
            above[depth + 1 :] = [match[2]]
    return drawn


def test_the_tree_is_as_drawn() -> None:
    """The module's docstring draws exactly its exceptions, each below its base and with its exit code."""
    classes = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, DigitsError)]
    assert drawn_tree() == {
        kind.__name__: (kind.__base__.__name__, kind.exit_code) for kind in classes if kind.__base__
    }


def test_the_nearest_name_is_suggested() -> None:
    """A misspelt name brings up the one that was probably meant."""
    assert nearest("epoch", ["batch_size", "epochs"]) == 'did you mean "epochs"?'


def test_a_name_unlike_any_other_brings_up_none() -> None:
    """A name unlike every valid one brings up nothing."""
    assert nearest("zzz", ["batch_size", "epochs"]) == ""
