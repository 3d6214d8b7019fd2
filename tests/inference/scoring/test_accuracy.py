"""Accuracy on pictures whose folders are their labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.model.bundle import LoadedBundle
from inference.scoring.accuracy import FolderAccuracy
from tests.inference.pictures import as_file, sample
from tests.inference.scoring.folders import score


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return ten twos, a shape, a blank page and two texts in 2/, and two twos in other folders."""
    folder = tmp_path_factory.mktemp("labels") / "pictures"
    for place in ("2", "scans"):
        (folder / place).mkdir(parents=True)
    two, shape = as_file(sample()[1000], "PNG"), np.zeros((28, 28), np.uint8)
    shape[4:24, 4:24] = 255
    contents = {
        **{f"2/{number}.png": as_file(sample()[1000 + number], "PNG") for number in range(10)},
        "2/shape.png": as_file(shape, "PNG"),
        "2/blank.png": as_file(np.full((90, 90), 255, np.uint8), "PNG"),
        "2/notes.png": b"two pints of milk, and bread",
        "2/notes.txt": b"two pints of milk, and bread",
        "scans/two.png": two,
        "two.png": two,
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def labels(folder: Path, loaded: LoadedBundle) -> FolderAccuracy:
    """Score that folder with labels."""
    found = score(folder, loaded, folder.with_name("out.parquet"), labels=True).summary.labels
    assert found
    return found


def test_every_file_that_is_not_skipped_is_labelled(labels: FolderAccuracy) -> None:
    """Blank pages and unreadable files count as labelled; skipped files do not."""
    assert labels.labelled == 13


def test_answers_and_guesses_are_counted_separately(labels: FolderAccuracy) -> None:
    """Each picture with a digit counts once: the ten twos as answers, the shape as a guess."""
    assert (labels.answered, labels.guessed) == ({("2", "2"): 10}, {("2", "0"): 1})


def test_coverage_is_the_answered_share_of_labelled_files(labels: FolderAccuracy) -> None:
    """Unanswered files lower the coverage; the accuracy covers only the answers."""
    assert (labels.coverage, labels.accuracy) == (10 / 13, 1)


def test_files_outside_class_folders_are_unlabelled(labels: FolderAccuracy) -> None:
    """Files outside class folders are counted and their folders named; the top folder is a dot."""
    assert (labels.unlabelled, labels.folders) == (2, [".", "scans"])
