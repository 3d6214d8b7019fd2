"""What errors tell people to do can be done: each command and option that they name exists."""

from __future__ import annotations

from tests.docs.advice import advised_commands
from tests.docs.reference import commands


def _options(name: str) -> set[str]:
    """Return the options of a command, and those that stand before it."""
    return {"-C", "-f", "--help", *(option for each in commands()[name].params for option in each.opts)}


def test_each_command_that_an_error_names_exists() -> None:
    """The word after `digits` is a command in every advice, of which there are many."""
    found = list(advised_commands())
    assert len(found) > 60
    assert [(where, name) for where, name, _ in found if name not in commands()] == []


def test_each_option_that_an_error_names_exists() -> None:
    """Each option in the advice is one of its command, or of `digits models write` and its like."""
    known = commands()
    wrong = [
        (where, name, option)
        for where, name, options in advised_commands()
        if name in known
        for option in options
        if option not in _options(name)
    ]
    assert wrong == []
