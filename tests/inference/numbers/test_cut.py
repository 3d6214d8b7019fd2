"""Pages cut into pictures to train on."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.model.answer import answer
from inference.model.reader import Reader
from inference.numbers.cut import CutOut, write_digits
from inference.numbers.read_page import read_page
from tests.inference.numbers.pages import boxed
from tests.inference.pictures import as_file


@pytest.fixture(scope="module")
def reader(bundle: Path) -> Reader:
    """Return a reader of the sealed bundle."""
    return Reader(bundle)


def test_each_digit_lies_in_the_folder_of_its_guess(reader: Reader, tmp_path: Path) -> None:
    """Each digit is a picture of its own, named after page, line and position; empty boxes are left out."""
    write_digits(read_page(as_file(boxed("2_0", "241"), "PNG"), reader), "page", tmp_path, done := CutOut())
    there = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*.png"))
    assert there == [
        "0/page-01-03.png",
        "1/page-02-03.png",
        "2/page-01-01.png",
        "2/page-02-01.png",
        "4/page-02-02.png",
    ]
    assert (done.count, done.unsure, done.kept) == (5, 0, 0)


def test_a_cut_digit_is_read_alone(reader: Reader, tmp_path: Path) -> None:
    """A picture that was cut out is answered like any picture of one digit."""
    write_digits(read_page(as_file(boxed("24"), "PNG"), reader), "page", tmp_path, CutOut())
    assert answer(tmp_path / "4" / "page-01-02.png", reader).digit == "4"


def test_a_corrected_picture_is_kept(reader: Reader, tmp_path: Path) -> None:
    """A picture that a person moved to another folder is not written again."""
    page = read_page(as_file(boxed("24"), "PNG"), reader)
    write_digits(page, "page", tmp_path, CutOut())
    (tmp_path / "9").mkdir()
    (tmp_path / "4" / "page-01-02.png").rename(tmp_path / "9" / "page-01-02.png")
    write_digits(page, "page", tmp_path, done := CutOut())
    assert (done.count, done.kept) == (0, 2)
    assert list((tmp_path / "4").iterdir()) == []
