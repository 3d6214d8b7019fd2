"""What is said of a scored folder with labels."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from inference.bundle import LoadedBundle
from inference.scoring.folder import Scored
from inference.scoring.output import Output
from inference.scoring.summary import Summary
from pipeline.cli.scored import tell_scored

DIGITS = tuple("0123456789")


@pytest.fixture(scope="module")
def loaded(bundle: Path) -> LoadedBundle:
    """Give the files of the champion."""
    return LoadedBundle.read(bundle)


def _told(
    confusion: dict[tuple[str, str], int],
    loaded: LoadedBundle,
    capsys: pytest.CaptureFixture[str],
    classes: tuple[str, ...],
) -> list[str]:
    """Give the lines that are printed of so many answers to so many labels, from the accuracy on."""
    summary = Summary(classes, confusion=Counter(confusion))
    tell_scored(Scored(1, 0, summary, 1.0), Output("out.csv"), loaded)
    lines = capsys.readouterr().out.splitlines()
    return lines[next(i for i, line in enumerate(lines) if line.startswith("accuracy")) :]


def test_few_labels_have_a_matrix(loaded: LoadedBundle, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the labels and answers that there are, each pair has its count in a column, and nothing is a dot."""
    lines = _told({("1", "1"): 1200, ("1", "7"): 3, ("7", "7"): 40}, loaded, capsys, DIGITS)
    assert lines[2:6] == ["       read as", "label     1     7", "1      1200     3", "7         .    40"]


@pytest.mark.parametrize("count", [9, 99_999, 999_999])
def test_a_matrix_of_ten_fits_80_columns(
    count: int, loaded: LoadedBundle, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten labels with a million pictures each are as broad as a terminal, and no broader; all rows are as long."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = _told({(label, digit): count for label in DIGITS for digit in DIGITS}, loaded, capsys, DIGITS)
    widths = {len(line) for line in lines[3:14]}
    assert len(widths) == 1
    assert max(widths) <= 80


@pytest.mark.parametrize(("columns", "labels"), [(80, 11), (40, 10)])
def test_else_the_commonest_confusions_are_told(
    columns: int,
    labels: int,
    loaded: LoadedBundle,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of more labels than ten, or in a narrow terminal, there are the five commonest, and no matrix."""
    monkeypatch.setenv("COLUMNS", str(columns))
    classes = tuple("abcdefghijk"[:labels])
    lines = _told({(each, "a"): ord(each) for each in classes}, loaded, capsys, classes)
    assert [line.split()[0] for line in lines[1:6]] == sorted(classes, reverse=True)[:5]
    assert lines[1].endswith(f"read as a: {ord(classes[-1])}")
    assert not lines[6]
