"""What a folder holds, in short."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.bundle import LoadedBundle
from inference.scoring.folder import Scored
from inference.scoring.sheet import draw_least_certain
from inference.scoring.summary import EXAMPLES, LEAST_CERTAIN
from tests.inference.pictures import as_file
from tests.inference.scoring.folders import read_rows, score, write_pictures


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory, loaded: LoadedBundle) -> tuple[Path, Scored]:
    """Score 300 digits of MNIST."""
    folder = write_pictures(tmp_path_factory.mktemp("digits") / "pictures", 300)
    return folder, score(folder, loaded, folder.parent / "out.parquet")


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory, loaded: LoadedBundle) -> Scored:
    """Score 100 pictures of boxes and stripes, as large and bright as digits are."""
    folder = tmp_path_factory.mktemp("shapes") / "pictures"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(100):
        image = np.zeros((28, 28), np.uint8)
        for _ in range(3):
            top, left = random.integers(4, 20, 2)
            image[top : top + 4, left : left + 4] = 255
        image[4, 4] = image[23, 23] = 255
        (folder / f"{number:03}.png").write_bytes(as_file(image, "PNG"))
    return score(folder, loaded, folder.parent / "out.parquet")


def test_digits_are_like_the_training_pictures(digits: tuple[Path, Scored], loaded: LoadedBundle) -> None:
    """Nothing is said of a folder of MNIST's digits."""
    assert digits[1].summary.drift(loaded.calibration.refused) is None


def test_other_pictures_are_said_to_be_unlike(shapes: Scored, loaded: LoadedBundle) -> None:
    """A folder of shapes looks like nothing the model was trained on, and this is said with its share."""
    said = shapes.summary.drift(loaded.calibration.refused)
    assert said is not None
    assert "look like nothing the model was trained on" in said


def test_few_pictures_say_nothing(loaded: LoadedBundle, tmp_path: Path) -> None:
    """Of a handful of pictures no share is told."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    for number in range(10):
        (folder / f"{number}.png").write_bytes(as_file(noise, "PNG"))
    assert score(folder, loaded, tmp_path / "out.parquet").summary.drift(0.0) is None


def test_digits_counted_are_those_answered(digits: tuple[Path, Scored]) -> None:
    """The histogram is of the pictures that were answered for sure."""
    rows = read_rows(digits[0].parent / "out.parquet").values()
    answered = [row["digit"] for row in rows if row["decision"] == "digit"]
    assert digits[1].summary.digits == {digit: answered.count(digit) for digit in set(answered)}


def test_the_least_certain_are_those_of_least_confidence(digits: tuple[Path, Scored]) -> None:
    """They are in the order of their confidence, and no answered picture has less."""
    rows = read_rows(digits[0].parent / "out.parquet").values()
    expected = sorted(row["confidence"] for row in rows if row["decision"] == "digit")[:LEAST_CERTAIN]
    assert [confidence for confidence, _, _ in digits[1].summary.least_certain] == expected


def test_reasons_have_examples(shapes: Scored) -> None:
    """Each reason has its count, and the first paths."""
    [(count, paths)] = [found for (_, reason), found in shapes.summary.reasons.items() if reason == "unlike any digit"]
    assert count > EXAMPLES
    assert paths == sorted(paths)
    assert len(paths) == EXAMPLES


def test_the_sheet_has_a_cell_for_each(digits: tuple[Path, Scored]) -> None:
    """The contact sheet is a picture of eight rows of six."""
    import cv2

    data = draw_least_certain(str(digits[0]), digits[1].summary.least_certain)
    sheet = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert sheet is not None
    assert sheet.shape[1] == 6 * 208
    assert sheet.shape[0] == 8 * 232


def test_the_sheet_goes_without_what_is_gone(digits: tuple[Path, Scored], tmp_path: Path) -> None:
    """Pictures that were deleted since leave no sheet undrawn."""
    import cv2

    data = draw_least_certain(str(tmp_path), digits[1].summary.least_certain)
    assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) is not None
