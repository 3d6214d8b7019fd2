"""The table of test runs on other machines."""

from __future__ import annotations

from tests.machines.__main__ import HEADER, SETTINGS, TABLE, with_row

PAGE = f"above\n\n{HEADER}| one | all | 1 | 0 | 9 |  |\n| two | all | 2 | 0 | 9 |  |\n\nbelow\n"


def test_a_row_replaces_the_earlier_one() -> None:
    """A setting that ran again gets its new row in the place of the old one."""
    assert with_row(PAGE, "one", "| one | 3 |\n") == PAGE.replace("| one | all | 1 | 0 | 9 |  |", "| one | 3 |")


def test_a_new_row_is_the_last() -> None:
    """The row of a setting that never ran is appended to the table."""
    assert with_row(PAGE, "three", "| three | 3 |\n") == PAGE.replace("\n\nbelow", "\n| three | 3 |\n\nbelow")


def test_the_page_lists_only_known_settings() -> None:
    """The page of measurements has the table, with rows of known settings only."""
    _, header, below = TABLE.read_text().partition(HEADER)
    rows = [line for line in below.partition("\n\n")[0].splitlines() if line.startswith("| ")]
    names = [row.split(" | ")[0].removeprefix("| ") for row in rows]
    assert header
    assert set(names) <= set(SETTINGS)
