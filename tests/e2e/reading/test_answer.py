"""Answers of the sealed bundle for picture files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.files.header import MAX_BYTES
from inference.model.answer import answer, answer_all
from inference.model.reader import Reader
from tests.inference.pictures import as_file, sample, seven

BLANK = as_file(np.full((90, 90), 255, np.uint8), "PNG")
NOISE = as_file(np.random.default_rng(0).integers(0, 256, (100, 100), np.uint8), "PNG")
DIGITS = [as_file(image, "PNG") for image in sample()[::100]]
LABELS = [str(number // 5) for number in range(50)]


@pytest.fixture(scope="module")
def reader(bundle: Path) -> Reader:
    """Return a reader of the sealed bundle."""
    return Reader(bundle)


def test_digits_are_read(reader: Reader) -> None:
    """Each of 50 MNIST digits is answered with its own class."""
    answers = answer_all(DIGITS, reader)
    assert [(each.decision, each.digit) for each in answers] == [("answered", label) for label in LABELS]


def test_the_figures_agree(reader: Reader) -> None:
    """Confidence and runner-up follow from the probabilities, which sum to 1."""
    given = answer(DIGITS[0], reader)
    first, second, *_ = sorted(given.probabilities, key=given.probabilities.__getitem__, reverse=True)
    assert (given.digit, given.runner_up) == (first, second)
    assert given.confidence == pytest.approx(given.probabilities[first])
    assert sum(given.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert tuple(given.probabilities) == reader.classes


def test_one_is_answered_like_many(reader: Reader) -> None:
    """A single picture gets the same answer as in a batch."""
    alone, among = answer(DIGITS[7], reader), answer_all(DIGITS, reader)[7]
    assert (alone.digit, alone.decision) == (among.digit, among.decision)
    assert alone.probabilities == pytest.approx(among.probabilities, abs=1e-4)


def test_the_order_is_kept(reader: Reader) -> None:
    """Unreadable files leave the order of the answers unchanged."""
    answers = answer_all([b"", DIGITS[0], b"no picture", BLANK, DIGITS[45]], reader)
    assert [each.decision == "unreadable" for each in answers] == [True, False, True, False, False]
    assert (answers[1].digit, answers[4].digit) == ("0", "9")


def test_no_files_give_no_answers(reader: Reader) -> None:
    """No files give no answers."""
    assert answer_all([], reader) == []


@pytest.mark.parametrize(("data", "text"), [(BLANK, "unsure: blank page"), (NOISE, "unsure: only noise")])
def test_a_page_without_a_digit_has_no_guess(data: bytes, text: str, reader: Reader) -> None:
    """A blank or noisy page has no digit, guess, confidence, runner-up or probabilities."""
    given = answer(data, reader)
    assert (str(given), given.digit, given.guess) == (text, None, None)
    assert (given.confidence, given.runner_up) == (None, None)
    assert given.probabilities == {}


@pytest.mark.parametrize(
    ("page", "text", "guess"),
    [
        (seven(ink=228), "unsure: too faint", "7"),
        (np.hstack([seven(), seven()]), "unsure: 2 digits in one picture", "7"),
    ],
)
def test_a_doubtful_picture_keeps_the_best_guess(page: np.ndarray, text: str, guess: str, reader: Reader) -> None:
    """A faint digit, or two in one picture, is unsure and has a guess, but no digit."""
    given = answer(as_file(page, "PNG"), reader)
    assert (str(given), given.digit, given.guess) == (text, None, guess)
    assert len(given.probabilities) == 10


def test_a_chequered_page_is_unsure(reader: Reader) -> None:
    """A chequered page is unlike any digit."""
    page = np.zeros((280, 280), np.uint8)
    for row, column in zip(*np.nonzero(np.indices((5, 5)).sum(axis=0) % 2), strict=True):
        page[40 * row + 40 : 40 * row + 80, 40 * column + 40 : 40 * column + 80] = 255
    assert str(answer(as_file(page, "PNG"), reader)) == "unsure: unlike any digit"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none.png", "no such file"), ("folder", "is a folder: name its files"), ("a/b", "no such file")],
)
def test_a_file_that_cannot_be_opened_says_why(name: str, reason: str, reader: Reader, tmp_path: Path) -> None:
    """A path that cannot be opened as a file is unreadable, with the reason."""
    (tmp_path / "folder").mkdir()
    assert str(answer(tmp_path / name, reader)) == f"unreadable: {reason}"


def test_a_path_is_answered_like_its_bytes(reader: Reader, tmp_path: Path) -> None:
    """A path and its file's bytes get the same answer."""
    (tmp_path / "digit.png").write_bytes(DIGITS[3])
    assert answer(tmp_path / "digit.png", reader).probabilities == answer(DIGITS[3], reader).probabilities


def test_a_file_too_large_is_not_read_whole(reader: Reader, tmp_path: Path) -> None:
    """A file over the size limit is refused without reading all of it."""
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(MAX_BYTES * 100)
    assert str(answer(tmp_path / "large.png", reader)) == "unreadable: more than 64 MiB"


def test_steps_are_listed_and_drawn_on_request(reader: Reader) -> None:
    """The names of the steps are always listed; their pictures are kept only with trace=True."""
    page = as_file(seven(), "PNG")
    plain, traced = answer(page, reader), answer(page, reader, trace=True)
    assert plain.steps == traced.steps == ("inverted",)
    assert plain.reading is not None
    assert plain.reading.trace == ()
    assert traced.reading is not None
    assert traced.reading.trace[0][0] == "original"
