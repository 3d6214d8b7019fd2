"""`import digits`: five functions over inference, light to import."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import digits
from inference.model.answer import answer
from inference.model.reader import Reader
from inference.numbers.read_page import read_page
from schemas.errors import InputError
from tests.inference.numbers.pages import written
from tests.inference.pictures import as_file, sample, seven
from tests.samples import write_digits

ADDED = """
import sys
import digits
before = {"numpy", "cv2", "ai_edge_litert", "pyarrow", "tensorflow", "inference", "schemas"}
print(sorted(before & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def model(bundle: Path) -> Reader:
    """Load the sealed bundle."""
    return digits.load(bundle)


def test_the_import_is_light() -> None:
    """The import brings neither a library nor another room."""
    done = subprocess.run([sys.executable, "-c", ADDED], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_there_are_five_names() -> None:
    """The interface is five functions, each with a docstring and annotations of all it takes and returns."""
    assert digits.__all__ == ["load", "read", "read_many", "read_page", "score"]
    for name in digits.__all__:
        function = getattr(digits, name)
        signature = inspect.signature(function)
        assert function.__doc__
        assert signature.return_annotation is not inspect.Signature.empty
        assert all(each.annotation is not inspect.Parameter.empty for each in signature.parameters.values())


def test_a_file_may_be_given_in_three_ways(model: Reader, tmp_path: Path) -> None:
    """A path as text, a Path and the bytes of the file get the same answer, which is that of `digits predict`."""
    (tmp_path / "seven.png").write_bytes(as_file(seven(), "PNG"))
    expected = answer(tmp_path / "seven.png", model)
    for picture in (str(tmp_path / "seven.png"), tmp_path / "seven.png", (tmp_path / "seven.png").read_bytes()):
        found = digits.read(model, picture)
        assert (found.digit, found.probabilities) == ("7", expected.probabilities)


def test_pixels_are_read_like_a_file(model: Reader) -> None:
    """Grey pixels, and red, green and blue ones, get the answer of a PNG file with them."""
    grey = seven()
    colour = np.stack([grey, grey // 2 + 100, np.full_like(grey, 230)], axis=-1)
    for pixels in (grey, colour, sample()[0]):
        assert digits.read(model, pixels).probabilities == digits.read(model, as_file(pixels, "PNG")).probabilities


@pytest.mark.parametrize(
    "pixels", [np.zeros((28, 28), np.float32), np.zeros(784, np.uint8), np.zeros((9, 9, 4), np.uint8)]
)
def test_other_arrays_are_refused(model: Reader, pixels: object) -> None:
    """Another type, and another shape, are a TypeError that names both."""
    with pytest.raises(TypeError, match=r"pixels must be uint8 \[h, w\] or \[h, w, 3\], not "):
        digits.read(model, pixels)  # pyright: ignore[reportArgumentType]


def test_answers_are_in_order(model: Reader) -> None:
    """Many pictures get one answer each, in order, unreadable ones included."""
    found = digits.read_many(model, [as_file(seven(), "PNG"), b"no picture", "nowhere.png"])
    assert [each.decision for each in found] == ["answered", "unreadable", "unreadable"]
    assert digits.read_many(model, []) == []


def test_a_page_is_read(model: Reader) -> None:
    """A page has the lines that the room for numbers finds."""
    page = as_file(written("2024"), "PNG")
    assert [line.number for line in digits.read_page(model, page).lines] == ["2024"]
    assert digits.read_page(model, page).lines[0].guess == read_page(page, model).lines[0].guess


@pytest.mark.parametrize(("every", "rows"), [(False, 4), (True, 4)])
def test_a_folder_is_scored(model: Reader, tmp_path: Path, *, every: bool, rows: int) -> None:
    """Each file gets a row, with the label of its folder, and the summary counts them."""
    write_digits(tmp_path / "scans", {"3": 2, "7": 2})
    scored = digits.score(model, tmp_path / "scans", tmp_path / "answers.csv", labels=True, every=every)
    assert (scored.listed, len((tmp_path / "answers.csv").read_text().splitlines())) == (4, rows + 1)
    assert scored.summary.labels is not None


def test_another_folder_is_no_model(tmp_path: Path) -> None:
    """A folder without a bundle is an InputError."""
    with pytest.raises(InputError, match="is not a sealed bundle"):
        digits.load(tmp_path)
