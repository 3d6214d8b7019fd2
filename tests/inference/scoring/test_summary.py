"""The summary of a scored folder."""

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
    """A folder of MNIST digits shows no drift."""
    assert digits[1].summary.drift(loaded.calibration.refused) is None


def test_other_pictures_are_reported_as_drift(shapes: Scored, loaded: LoadedBundle) -> None:
    """For a folder of shapes, nearly all unanswered, the summary warns of drift and states its share."""
    share = shapes.summary.decisions["unsure"]
    assert share >= 90
    warning = str(shapes.summary.drift(loaded.calibration.refused))
    assert warning.startswith(f"{share}% of these pictures look like nothing the model was trained on")


@pytest.fixture(scope="module")
def shirts() -> list[bytes]:
    """Draw 60 shirts of woven cloth that fill their pictures."""
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
    """Score a folder with a subfolder of each kind of file."""
    for kind, files in enumerate(kinds):
        for number, data in enumerate(files):
            path = folder / f"{kind}" / f"{number:04}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return score(folder, loaded, folder.with_name("out.parquet")).summary


def _digits(count: int) -> list[bytes]:
    return [as_file(image, "PNG") for image in sample()[:: 5000 // count][:count]]


def test_every_unanswered_picture_counts_as_drift(shirts: list[bytes], loaded: LoadedBundle, tmp_path: Path) -> None:
    """The share of drift counts every unanswered picture, whether the network has read it or not."""
    summary = _mixed(tmp_path / "pictures", loaded, shirts)
    rows = list(read_rows(tmp_path / "out.parquet").values())
    unsure = [row for row in rows if row["decision"] == "unsure"]
    assert {row["reason"] for row in unsure} >= {"only noise", "unlike any digit"}
    share = f"{len(unsure) / len(rows):.0%}"
    assert str(summary.drift(loaded.calibration.refused)).startswith(f"{share} of these pictures look like nothing")


def test_drift_is_reported_among_digits(shirts: list[bytes], loaded: LoadedBundle, tmp_path: Path) -> None:
    """Digits in the same folder do not hide drift."""
    summary = _mixed(tmp_path / "pictures", loaded, shirts, _digits(60))
    share, _, rest = str(summary.drift(loaded.calibration.refused)).partition("%")
    assert 40 <= int(share) <= 50
    assert rest.startswith(" of these")


def test_blank_pages_are_not_drift(loaded: LoadedBundle, tmp_path: Path) -> None:
    """Blank pages do not count as drift."""
    blank = as_file(np.full((90, 90), 255, np.uint8), "PNG")
    summary = _mixed(tmp_path / "pictures", loaded, [blank] * 60, _digits(60))
    assert summary.decisions == {"answered": 60, "unsure": 60}
    assert summary.drift(loaded.calibration.refused) is None


def test_a_small_share_is_not_drift(shirts: list[bytes], loaded: LoadedBundle, tmp_path: Path) -> None:
    """A twentieth without answers is not reported, even if the model answers all of its validation digits."""
    summary = _mixed(tmp_path / "pictures", loaded, shirts[:5], _digits(100))
    assert 3 <= summary.doubtful <= 5
    assert summary.drift(0.0) is None


def test_a_strict_model_reports_drift() -> None:
    """A model that refuses a fifth of its validation digits still reports a folder without an answer."""
    summary = Summary(("0", "1"), Counter(unsure=ENOUGH), doubtful=ENOUGH)
    assert str(summary.drift(0.2)).startswith("100% of these")


@pytest.mark.full
def test_fashion_mnist_is_drift_and_mnist_is_not(loaded: LoadedBundle, tmp_path: Path) -> None:
    """Drift is reported for 500 pictures of Fashion-MNIST, not for 500 of MNIST, and for both together."""
    kinds = [_original(name) for name in ("FASHION_MNIST_FILES", "MNIST_FILES")]
    folders = {"fashion": kinds[:1], "mnist": kinds[1:], "both": kinds}
    summaries = {name: _mixed(tmp_path / name, loaded, *each) for name, each in folders.items()}
    refused = loaded.calibration.refused
    assert {name for name, summary in summaries.items() if summary.drift(refused)} == {"fashion", "both"}


def _original(variable: str) -> list[bytes]:
    """Return the first 500 test pictures of the original files as PNG."""
    path = Path(os.environ.get(variable, ""), "t10k-images-idx3-ubyte.gz")
    assert path.is_file(), f"{variable} must name the folder of the four files"
    pixels = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=16)
    return [as_file(image, "PNG") for image in pixels.reshape(-1, 28, 28)[:500]]


def test_few_pictures_show_no_drift(loaded: LoadedBundle, tmp_path: Path) -> None:
    """For a handful of pictures no drift is reported."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    for number in range(10):
        (folder / f"{number}.png").write_bytes(as_file(noise, "PNG"))
    assert score(folder, loaded, tmp_path / "out.parquet").summary.drift(0.0) is None


def test_the_histogram_counts_answers(digits: tuple[Path, Scored]) -> None:
    """The histogram of digits counts only answered pictures."""
    rows = read_rows(digits[0].parent / "out.parquet").values()
    answered = [row["digit"] for row in rows if row["decision"] == "answered"]
    assert digits[1].summary.digits == {digit: answered.count(digit) for digit in set(answered)}


def test_the_least_certain_are_those_of_least_confidence(digits: tuple[Path, Scored]) -> None:
    """The least certain are the answered pictures of least confidence, in that order."""
    rows = read_rows(digits[0].parent / "out.parquet").values()
    expected = sorted(row["confidence"] for row in rows if row["decision"] == "answered")[:LEAST_CERTAIN]
    assert [each.confidence for each in digits[1].summary.least_certain] == expected


def test_the_unsure_are_listed_with_reasons(shapes: Scored, loaded: LoadedBundle, tmp_path: Path) -> None:
    """The unsure pictures of least confidence are listed with their reasons; pages without ink come last."""
    found = shapes.summary.unsure
    assert len(found) == min(shapes.summary.decisions["unsure"], LEAST_CERTAIN)
    assert [each.confidence for each in found] == sorted(each.confidence or 1 for each in found)
    blank = as_file(np.full((90, 90), 255, np.uint8), "PNG")
    last = _mixed(tmp_path / "pictures", loaded, [blank], [_shape()]).unsure
    assert [(each.path, each.reason, each.guess is None) for each in last][-1] == ("0/0000.png", "blank page", True)
    assert [each.path for each in last] == ["1/0000.png", "0/0000.png"]


def _shape() -> bytes:
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 4:24] = 255
    return as_file(image, "PNG")


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (ScoredPicture("3/1.png", None, "3", 1.0), ["3  >99.9 %", "3/1.png"]),
        (ScoredPicture("3/1.png", "too faint", "3", 0.5), ["3?  50.0 %", "too faint", "3/1.png"]),
        (ScoredPicture("3/1.png", "blank page", None, None), ["blank page", "3/1.png"]),
        (
            ScoredPicture("scans/lag_canvas2_of_monday.png", None, "3", 0.5),
            ["3  50.0 %", "scans/lag_canvas2_of_m", "onday.png"],
        ),
    ],
)
def test_a_caption_shows_the_answer_and_the_path(seen: ScoredPicture, words: list[str]) -> None:
    """A caption shows the answer, or the guess and why it is unsure, and the path."""
    assert caption(seen).splitlines() == words


def test_a_long_path_is_cut_at_the_start() -> None:
    """A path that does not fit begins with dots."""
    _, *path = caption(ScoredPicture("a" * 100 + "/1.png", None, "3", 0.5)).splitlines()
    assert len("".join(path)) == 66
    assert "".join(path).startswith("...aaa")
    assert "".join(path).endswith("aaa/1.png")


def test_reasons_have_examples(shapes: Scored) -> None:
    """Each reason has its count and its first paths."""
    [(count, paths)] = [found for (_, reason), found in shapes.summary.reasons.items() if reason == "unlike any digit"]
    assert count > EXAMPLES
    assert paths == sorted(paths)
    assert len(paths) == EXAMPLES


def test_the_sheet_has_a_cell_for_each_picture(digits: tuple[Path, Scored]) -> None:
    """The contact sheet has eight rows of six cells."""
    import cv2

    data = draw_least_certain(str(digits[0]), digits[1].summary.least_certain)
    sheet = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert sheet is not None
    assert sheet.shape[1] == 6 * 208
    assert sheet.shape[0] == 8 * 256


def test_the_sheet_is_drawn_without_deleted_pictures(digits: tuple[Path, Scored], tmp_path: Path) -> None:
    """The contact sheet is drawn although its pictures are deleted."""
    import cv2

    data = draw_least_certain(str(tmp_path), digits[1].summary.least_certain)
    assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) is not None
