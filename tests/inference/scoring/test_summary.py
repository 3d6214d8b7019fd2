"""What a folder holds, in short."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from inference.model.bundle import LoadedBundle
from inference.scoring.contact_sheet import caption, draw_least_certain
from inference.scoring.folder import Scored
from inference.scoring.summary import ENOUGH, EXAMPLES, LEAST_CERTAIN, ScoredPicture, Summary
from tests.inference.pictures import as_file, sample
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
    said = str(shapes.summary.drift(loaded.calibration.refused))
    assert said.startswith("98% of these pictures look like nothing the model was trained on")


@pytest.fixture(scope="module")
def shirts() -> list[bytes]:
    """Draw 60 shirts of woven cloth, which fill their pictures: most have no strokes to be read."""
    import cv2

    random = np.random.default_rng(0)
    files: list[bytes] = []
    for _ in range(60):
        image, (half, top) = np.zeros((28, 28), np.uint8), random.integers((5, 1), (8, 5)).tolist()
        right = [(14 + half, top), (27, top + 10), (23, top + 13), (14 + half, top + 7), (14 + half, 26)]
        corners = [*right, *((28 - x, y) for x, y in reversed(right))]
        cv2.fillPoly(image, [np.array(corners, np.int32)], (200,))
        files.append(as_file((image * random.uniform(0.6, 1, image.shape)).astype(np.uint8), "PNG"))
    return files


def _mixed(folder: Path, loaded: LoadedBundle, *kinds: list[bytes]) -> Summary:
    """Score a folder of these files."""
    for kind, files in enumerate(kinds):
        for number, data in enumerate(files):
            path = folder / f"{kind}" / f"{number:04}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return score(folder, loaded, folder.with_name("out.parquet")).summary


def _digits(count: int) -> list[bytes]:
    return [as_file(image, "PNG") for image in sample()[:: 5000 // count][:count]]


def test_whatever_is_not_answered_is_unlike(shirts: list[bytes], loaded: LoadedBundle, tmp_path: Path) -> None:
    """The share that is told has every picture in it that was not answered, whether a network has read it or not."""
    summary = _mixed(tmp_path / "pictures", loaded, shirts)
    rows = [row for row in read_rows(tmp_path / "out.parquet").values() if row["digit"]]
    assert {row["decision"] for row in rows} == {"unsure"}
    assert {row["reason"] for row in rows} == {"no pen strokes", "unlike any digit"}
    assert str(summary.drift(loaded.calibration.refused)).startswith("100% of these pictures look like nothing")


def test_a_folder_that_is_half_digits_is_told_of(shirts: list[bytes], loaded: LoadedBundle, tmp_path: Path) -> None:
    """Digits beside them do not hide what is none."""
    summary = _mixed(tmp_path / "pictures", loaded, shirts, _digits(60))
    assert str(summary.drift(loaded.calibration.refused)).startswith("50% of these")


def test_blank_pages_are_not_unlike(loaded: LoadedBundle, tmp_path: Path) -> None:
    """Fields that nobody has filled in say nothing of the others."""
    blank = as_file(np.full((90, 90), 255, np.uint8), "PNG")
    summary = _mixed(tmp_path / "pictures", loaded, [blank] * 60, _digits(60))
    assert summary.decisions == {"digit": 59, "unsure": 61}
    assert summary.drift(loaded.calibration.refused) is None


def test_a_few_are_no_other_folder(shirts: list[bytes], loaded: LoadedBundle, tmp_path: Path) -> None:
    """A twentieth that is not answered is not told of, even if the model answers all of its validation digits."""
    summary = _mixed(tmp_path / "pictures", loaded, shirts[:5], _digits(100))
    assert summary.doubtful == 5
    assert summary.drift(0.0) is None


def test_a_strict_model_tells_of_another_folder() -> None:
    """A folder without an answer is reported, too, by a model that refuses a fifth of its validation digits."""
    summary = Summary(("0", "1"), Counter(unsure=ENOUGH), doubtful=ENOUGH)
    assert str(summary.drift(0.2)).startswith("100% of these")


@pytest.mark.full
def test_fashion_is_unlike_and_mnist_is_not(loaded: LoadedBundle, tmp_path: Path) -> None:
    """Of 500 test pictures of Fashion-MNIST it is said, of MNIST's it is not, and of both together it is."""
    kinds = [_original(name) for name in ("FASHION_MNIST_FILES", "MNIST_FILES")]
    folders = {"fashion": kinds[:1], "mnist": kinds[1:], "both": kinds}
    told = {name: _mixed(tmp_path / name, loaded, *each) for name, each in folders.items()}
    refused = loaded.calibration.refused
    assert {name for name, summary in told.items() if summary.drift(refused)} == {"fashion", "both"}


def _original(variable: str) -> list[bytes]:
    """Give the first 500 test pictures of the original files as PNG."""
    path = Path(os.environ.get(variable, ""), "t10k-images-idx3-ubyte.gz")
    assert path.is_file(), f"{variable} must name the folder of the four files"
    pixels = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=16)
    return [as_file(image, "PNG") for image in pixels.reshape(-1, 28, 28)[:500]]


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
    assert [each.confidence for each in digits[1].summary.least_certain] == expected


def test_the_unsure_are_there_to_be_looked_at(shapes: Scored, loaded: LoadedBundle, tmp_path: Path) -> None:
    """Of the unsure those of least confidence are kept with their reasons; pages without ink come last."""
    found = shapes.summary.unsure
    assert len(found) == min(shapes.summary.decisions["unsure"], LEAST_CERTAIN)
    assert [each.confidence for each in found] == sorted(each.confidence or 1 for each in found)
    blank = as_file(np.full((90, 90), 255, np.uint8), "PNG")
    last = _mixed(tmp_path / "pictures", loaded, [blank], [_shape()]).unsure
    assert [(each.path, each.reason, each.digit is None) for each in last][-1] == ("0/0000.png", "blank page", True)
    assert [each.path for each in last] == ["1/0000.png", "0/0000.png"]


def _shape() -> bytes:
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 4:24] = 255
    return as_file(image, "PNG")


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (ScoredPicture("3/1.png", "", "3", 1.0), ["3  >99.9 %", "3/1.png"]),
        (ScoredPicture("3/1.png", "too faint", "3", 0.5), ["3?  50.0 %", "too faint", "3/1.png"]),
        (ScoredPicture("3/1.png", "blank page", None, None), ["blank page", "3/1.png"]),
        (
            ScoredPicture("scans/lag_canvas2_of_monday.png", "", "3", 0.5),
            ["3  50.0 %", "scans/lag_canvas2_of_m", "onday.png"],
        ),
    ],
)
def test_a_cell_says_what_predict_says(seen: ScoredPicture, words: list[str]) -> None:
    """Below a picture stand the answer, or the guess and why it is none, and its path with the folder."""
    assert caption(seen).splitlines() == words


def test_the_end_of_a_long_path_is_told() -> None:
    """A path that does not fit begins with dots."""
    _, *path = caption(ScoredPicture("a" * 100 + "/1.png", "", "3", 0.5)).splitlines()
    assert len("".join(path)) == 66
    assert "".join(path).startswith("...aaa")
    assert "".join(path).endswith("aaa/1.png")


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
    assert sheet.shape[0] == 8 * 256


def test_the_sheet_goes_without_what_is_gone(digits: tuple[Path, Scored], tmp_path: Path) -> None:
    """Pictures that were deleted since leave no sheet undrawn."""
    import cv2

    data = draw_least_certain(str(tmp_path), digits[1].summary.least_certain)
    assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) is not None
