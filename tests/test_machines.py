"""The table of the machines that the tests were run as."""

from __future__ import annotations

from tests.machines import HEADER, SETTINGS, TABLE, with_row

PAGE = f"above\n\n{HEADER}| one | 1 | 0 | 9 |  |\n| two | 2 | 0 | 9 |  |\n\nbelow\n"


def test_a_row_takes_the_place_of_that_of_before() -> None:
    """The row of a setting that was run again is the new one, where the old one was."""
    assert with_row(PAGE, "one", "| one | 3 |\n") == PAGE.replace("| one | 1 | 0 | 9 |  |", "| one | 3 |")


def test_a_new_row_is_the_last() -> None:
    """The row of a setting that was never run stands below the others."""
    assert with_row(PAGE, "three", "| three | 3 |\n") == PAGE.replace("\n\nbelow", "\n| three | 3 |\n\nbelow")


def test_the_page_has_the_table() -> None:
    """The page of measurements has the table, and no row of a setting that there is not."""
    _, header, below = TABLE.read_text().partition(HEADER)
    rows = [line for line in below.partition("\n\n")[0].splitlines() if line.startswith("| ")]
    names = [row.split(" | ")[0].removeprefix("| ") for row in rows]
    assert header
    assert set(names) <= set(SETTINGS)
