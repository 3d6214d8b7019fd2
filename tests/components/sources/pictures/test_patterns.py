"""Labels in the names of pictures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from components.sources.pictures.folder import read_folder
from schemas.errors import InputError
from tests.samples import write_digits

PATTERN = r"digit_(\d)_.*"


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """Return a folder with digit_1_00.png, digit_7_00.png and so on, half of them in a folder below."""
    written, folder = write_digits(tmp_path / "written", {"1": 4, "7": 4}), tmp_path / "mine"
    (folder / "more").mkdir(parents=True)
    for number, path in enumerate(sorted(written.rglob("*.png"))):
        place = folder / "more" if number % 2 else folder
        shutil.move(path, place / f"digit_{path.parent.name}_{path.name}")
    return folder


def test_the_group_is_the_label(named: Path) -> None:
    """The pattern's group is the class, in folders below too."""
    train = read_folder(named, 0, 0, pattern=PATTERN).splits["train"]
    assert (len(train), train.classes) == (8, ("1", "7"))
    assert all(f"digit_{train.classes[label]}_" in name for name, label in zip(train.ids, train.labels, strict=True))


def test_names_that_do_not_match_are_a_warning(named: Path) -> None:
    """A picture whose name does not match is left out, and a warning names it."""
    shutil.copy(named / "digit_1_00.png", named / "other.png")
    assert read_folder(named, 0, 0, pattern=PATTERN).warnings == (
        "mine: 1 of 9 pictures do not match the pattern: other.png",
    )


def test_a_pattern_without_matches_is_an_error(named: Path) -> None:
    """The error shows names and the pattern."""
    with pytest.raises(InputError, match="matches the pattern") as caught:
        read_folder(named, 0, 0, pattern=r"number(\d)")
    assert "digit_1_00.png" in caught.value.found
