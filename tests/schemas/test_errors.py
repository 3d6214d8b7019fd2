"""Errors print what a person needs, and their tree is as drawn."""

from __future__ import annotations

import inspect
import re

import pytest

from schemas import errors
from schemas.errors import DigitsError, InputError, StageError, UsageError, nearest


def test_every_part_is_printed_on_its_line() -> None:
    """An error prints its headline, then what was found, what was expected and what to do, indented."""
    error = DigitsError("it broke", found="a hole", expected="a whole", do="mend it")
    assert str(error) == "it broke\n  found:    a hole\n  expected: a whole\n  do:       mend it"


def test_unknown_parts_are_not_printed() -> None:
    """An error prints no line for an unknown part."""
    assert str(DigitsError("it broke", do="mend it")) == "it broke\n  do:       mend it"


def test_a_headline_alone_is_one_line() -> None:
    """An error with only a headline prints one line."""
    assert str(DigitsError("it broke")) == "it broke"


@pytest.mark.parametrize(("kind", "code"), [(DigitsError, 1), (StageError, 1), (UsageError, 2), (InputError, 4)])
def test_exit_codes(kind: type[DigitsError], code: int) -> None:
    """Each kind of error ends the command with its own exit code."""
    assert kind("it broke").exit_code == code


def drawn_tree() -> dict[str, tuple[str, int]]:
    """Parse the drawing: map each class, in order, to its base and exit code."""
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
    """For a misspelt name, the nearest valid name is suggested."""
    assert nearest("epoch", ["batch_size", "epochs"]) == 'did you mean "epochs"?'


def test_a_name_unlike_any_other_has_no_suggestion() -> None:
    """For a name unlike every valid one, nothing is suggested."""
    assert nearest("zzz", ["batch_size", "epochs"]) == ""
