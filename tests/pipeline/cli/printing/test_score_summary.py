"""The printed summary of a scored folder with labels."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from inference.model.answer import Answer
from inference.model.bundle import LoadedBundle
from inference.scoring.accuracy import FolderAccuracy
from inference.scoring.folder import Scored
from inference.scoring.output import Output
from inference.scoring.summary import Summary
from pipeline.cli.printing.answers import answer_words
from pipeline.cli.printing.score_summary import print_scored

DIGITS = tuple("0123456789")


@pytest.fixture(scope="module")
def loaded(bundle: Path) -> LoadedBundle:
    """Return the files of the sealed bundle."""
    return LoadedBundle.read(bundle)


def _printed(
    confusion: dict[tuple[str, str], int],
    loaded: LoadedBundle,
    capsys: pytest.CaptureFixture[str],
    classes: tuple[str, ...],
) -> list[str]:
    """Return the printed lines for a confusion matrix, from the coverage on."""
    labels = FolderAccuracy(classes, sum(confusion.values()), Counter(confusion))
    return _lines(labels, loaded, capsys)[1:]


def _lines(labels: FolderAccuracy, loaded: LoadedBundle, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the printed lines for answers to labelled pictures."""
    print_scored(Scored(1, 0, Summary(labels.classes, labels=labels), 1.0), Output("out.csv"), loaded, loaded.version)
    return capsys.readouterr().out.splitlines()[2:]


def test_a_guess_is_not_an_answer(loaded: LoadedBundle, capsys: pytest.CaptureFixture[str]) -> None:
    """Accuracy and coverage count answers only; unsure guesses have a separate line."""
    answered, guessed = Counter({("1", "1"): 740, ("1", "7"): 4}), Counter({("1", "1"): 25, ("1", "7"): 1})
    assert _lines(FolderAccuracy(DIGITS, 779, answered, guessed), loaded, capsys)[:3] == [
        "accuracy 99.46%: 740 of 744 answers right",
        "coverage 95.51%: 744 of 779 labelled files answered",
        "guesses  99.35%: 765 of 770 right if unsure guesses counted as answers",
    ]


def test_nothing_answered_has_no_accuracy(loaded: LoadedBundle, capsys: pytest.CaptureFixture[str]) -> None:
    """Labelled pictures without any answer have a coverage of 0 and no accuracy."""
    assert _lines(FolderAccuracy(DIGITS, 3), loaded, capsys)[:2] == [
        "accuracy nothing was answered",
        "coverage 0.00%: 0 of 3 labelled files answered",
    ]


def test_folders_not_named_after_a_class_are_reported(loaded: LoadedBundle, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a class folder the line says why there is no accuracy; otherwise it counts the files left out."""
    assert _lines(FolderAccuracy(("zero", "one"), unlabelled=9, folders=["0", "1"]), loaded, capsys)[0] == (
        "labels   no accuracy: folders such as 0, 1 are not named after a class of the model (zero, one)"
    )
    some = FolderAccuracy(("zero", "one"), 1, Counter({("one", "one"): 1}), unlabelled=9, folders=["."])
    assert _lines(some, loaded, capsys)[2] == (
        "labels   9 of 10 files not counted: their folders, such as ., are not named after a class of the model"
    )


@pytest.mark.parametrize(("count", "rows", "last"), [(13, 13, "reason 12"), (14, 13, "2 other reasons")])
def test_a_row_of_other_reasons_stands_for_several(
    count: int, rows: int, last: str, loaded: LoadedBundle, capsys: pytest.CaptureFixture[str]
) -> None:
    """The row of other reasons never stands for a single reason: that one has its own row."""
    reasons = {("unreadable", f"reason {i:02}"): (1, [f"{i}.png"]) for i in range(count)}
    print_scored(Scored(count, 0, Summary(DIGITS, reasons=reasons), 1.0), Output("out.csv"), loaded, loaded.version)
    table = capsys.readouterr().out.splitlines()[3 : 3 + rows]
    assert last in table[-1]
    assert table[-1].split()[-1] == str(count - rows + 1)


def test_an_answer_has_its_confidence_in_words() -> None:
    """The words of an answer hold digit, confidence and runner-up; an unsure one has its reason and guess."""
    sure = Answer("answered", guess="7", confidence=1.0, runner_up="3")
    unsure = Answer("unsure", "too faint", guess="7", confidence=0.61, runner_up="1")
    assert answer_words(sure) == "7 (>99.9 %), then 3"
    assert answer_words(unsure) == "unsure: too faint, 7? (61.0 %), then 1"


def test_few_labels_have_a_matrix(loaded: LoadedBundle, capsys: pytest.CaptureFixture[str]) -> None:
    """Up to ten labels get a confusion matrix, with a dot for zero."""
    lines = _printed({("1", "1"): 1200, ("1", "7"): 3, ("7", "7"): 40}, loaded, capsys, DIGITS)
    assert lines[2:6] == ["       read as", "label     1     7", "1      1200     3", "7         .    40"]


@pytest.mark.parametrize("count", [9, 99_999, 999_999])
def test_a_matrix_of_ten_fits_80_columns(
    count: int, loaded: LoadedBundle, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The matrix of ten labels with a million pictures each fits 80 columns, with rows of equal length."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = _printed({(label, digit): count for label in DIGITS for digit in DIGITS}, loaded, capsys, DIGITS)
    widths = {len(line) for line in lines[3:14]}
    assert len(widths) == 1
    assert max(widths) <= 80


@pytest.mark.parametrize(("columns", "labels"), [(80, 11), (40, 10)])
def test_otherwise_the_commonest_confusions_are_listed(
    columns: int,
    labels: int,
    loaded: LoadedBundle,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With more than ten labels, or in a narrow terminal, the five commonest confusions replace the matrix."""
    monkeypatch.setenv("COLUMNS", str(columns))
    classes = tuple("abcdefghijk"[:labels])
    lines = _printed({(each, "a"): ord(each) for each in classes}, loaded, capsys, classes)
    assert [line.split()[0] for line in lines[1:6]] == sorted(classes, reverse=True)[:5]
    assert lines[1].endswith(f"read as a: {ord(classes[-1])}")
    assert not lines[6]
