"""The rows of a batch equal the answers of `digits predict`."""

from __future__ import annotations

import numpy as np
import pytest

from inference.model.answer import Answer, answer_all
from inference.model.reader import Reader
from inference.scoring.rows import Row, score_batch
from tests.inference.pictures import as_file, files, sample, seven

NOISE = np.random.default_rng(0).integers(0, 256, (100, 100), np.uint8)
BLANK = np.full((90, 90), 255, np.uint8)
MIX = [
    *(as_file(image, "PNG") for image in sample()[::250]),
    *(as_file(255 - image, "PNG") for image in sample()[5::900]),
    *(as_file(image, "JPEG") for image in sample()[7::900]),
    *(as_file(np.roll(image, 4), "PNG") for image in sample()[9::900]),
    *(as_file(np.full((28, 28), grey, np.uint8), "PNG") for grey in (0, 1, 255)),
    *(as_file(image, "PNG") for image in (seven(), BLANK, NOISE, NOISE[:28, :28], np.hstack([seven(), seven()]))),
    *files().values(),
    b"",
    b"no picture at all",
    as_file(sample()[0], "PNG")[:-20],
    as_file(sample()[0], "PNG").replace(b"IEND", b"IENE"),
]


def _fields(each: Row | Answer) -> tuple[str | None, ...]:
    return each.decision, each.reason, each.digit, each.guess, each.runner_up


@pytest.fixture(scope="module")
def answers(reader: Reader) -> list[Answer]:
    """Return the answers of `digits predict`."""
    return answer_all(MIX, reader)


@pytest.fixture(scope="module")
def rows(reader: Reader) -> list[Row]:
    """Return the rows of the same files."""
    return score_batch(MIX, reader)


def test_rows_equal_answers(answers: list[Answer], rows: list[Row]) -> None:
    """Decision, reason, digit, guess and runner-up are those of answer_all, file by file."""
    assert [_fields(row) for row in rows] == [_fields(answer) for answer in answers]


def test_confidence_is_the_same(answers: list[Answer], rows: list[Row]) -> None:
    """The confidence is exactly that of answer_all."""
    assert [row.confidence for row in rows] == [answer.confidence for answer in answers]


def test_probabilities_are_the_same(answers: list[Answer], rows: list[Row]) -> None:
    """The probabilities are those of answer_all, in the order of the classes."""
    given = [[] if row.probabilities is None else row.probabilities.tolist() for row in rows]
    assert given == [list(answer.probabilities.values()) for answer in answers]


def test_size_and_format_are_those_of_the_file(answers: list[Answer], rows: list[Row]) -> None:
    """Width, height and format are those of the file."""
    readings = [answer.reading for answer in answers]
    expected = [(each.width, each.height, each.format) if each else (None, None, None) for each in readings]
    assert [(row.width, row.height, row.format) for row in rows] == expected


def test_the_mix_holds_every_decision(rows: list[Row]) -> None:
    """The compared files cover all three decisions and at least five reasons."""
    assert {row.decision for row in rows} == {"answered", "unsure", "unreadable"}
    assert len({row.reason for row in rows}) >= 5


def test_a_known_row_keeps_its_place(reader: Reader) -> None:
    """A row among files is returned in its place."""
    known = Row("skipped", "hidden")
    given = score_batch([known, MIX[0], known, MIX[1]], reader)
    assert [row.decision == "skipped" for row in given] == [True, False, True, False]
    assert [row.digit for row in given] == [None, "0", None, "0"]


def test_an_empty_batch_has_no_rows(reader: Reader) -> None:
    """An empty batch returns no rows."""
    assert score_batch([], reader) == []


def test_a_batch_without_pictures_has_its_rows(reader: Reader) -> None:
    """A batch without a picture returns the reasons of its files."""
    assert [row.reason for row in score_batch([b"", Row("skipped", "hidden")], reader)] == ["an empty file", "hidden"]
