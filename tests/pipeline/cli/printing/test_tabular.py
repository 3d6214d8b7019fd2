"""Tables for other programs."""

from __future__ import annotations

import csv
import io

import pytest

from pipeline.cli.printing.tabular import TABULAR

HEADER = ["run", "a|b_c"]
ROWS = [['x, "y"', "0.5"], ["50 % & ~^\\{#$}", "-1"], ["", ""]]


def test_csv_is_read_back() -> None:
    """Commas and quotes in a cell stay."""
    assert list(csv.reader(io.StringIO(TABULAR["csv"](HEADER, ROWS)))) == [HEADER, *ROWS]


def test_markdown_escapes_its_signs() -> None:
    """A bar in a cell is no end of it; a column of figures stands to the right."""
    lines = TABULAR["markdown"](HEADER, ROWS).splitlines()
    assert lines[:3] == [r"| run | a\|b_c |", "| --- | ---: |", '| x, "y" | 0.5 |']


def test_latex_escapes_its_signs() -> None:
    """Each sign that LaTeX takes as its own is written as one that it prints."""
    lines = TABULAR["latex"](HEADER, ROWS).splitlines()
    assert lines[0] == r"\begin{tabular}{lr}"
    assert lines[2] == r"run & a|b\_c \\"
    assert lines[5] == r"50 \% \& \textasciitilde{}\textasciicircum{}\textbackslash{}\{\#\$\} & -1 \\"


@pytest.mark.parametrize("form", TABULAR)
def test_a_table_without_rows_has_a_header(form: str) -> None:
    """No run, no error."""
    assert "run" in TABULAR[form](HEADER, [])
