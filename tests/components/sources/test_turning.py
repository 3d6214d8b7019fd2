"""Pictures that lie another way than MNIST's: turned by a setting, and never learned in silence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from components.sources.sample import read_sample
from learning.evaluation.orientation import TURNS
from schemas.artifacts.examples import Split
from tests.components.sources.own_pictures import ingest_own
from tests.samples import write_idx

UNDO = {"turned_left": "turned_right", "turned_right": "turned_left"}


@pytest.fixture(scope="module")
def digits() -> Split:
    """Return 100 digits of the embedded sample."""
    return read_sample(0)["test"].take(np.arange(0, 1000, 10))


def write(folder: Path, split: Split, orientation: str = "upright", *, dark: bool = False, name: str = "") -> Path:
    """Write pictures that lie like this as idx files, the same for both splits."""
    turned = TURNS[UNDO.get(orientation, orientation)](split.images)
    for part in ("train", "t10k"):
        write_idx(folder / f"{name}{part}-images-idx3-ubyte", np.ascontiguousarray(255 - turned if dark else turned))
        write_idx(folder / f"{name}{part}-labels-idx1-ubyte", split.labels.astype(np.uint8))
    return folder


@pytest.mark.parametrize("orientation", TURNS)
def test_pictures_are_turned_upright(tmp_path: Path, digits: Split, orientation: str) -> None:
    """The setting says how the pictures lie; they are turned upright, bit for bit."""
    folder = write(tmp_path / "in", digits, orientation)
    own = ingest_own(tmp_path / "out", source="idx", folder=folder, orientation=orientation)
    np.testing.assert_array_equal(own.train.images, digits.images)
    assert "lie another way" not in own.warned


def test_dark_ink_is_inverted(tmp_path: Path, digits: Split) -> None:
    """With ink: dark the pictures are inverted."""
    folder = write(tmp_path / "in", digits, dark=True)
    own = ingest_own(tmp_path / "out", source="idx", folder=folder, ink="dark")
    np.testing.assert_array_equal(own.train.images, digits.images)


@pytest.mark.parametrize(
    ("orientation", "dark", "settings"),
    [
        ("transposed", False, "orientation: transposed"),
        ("upright", True, "ink: dark"),
        ("mirrored", True, "orientation: mirrored, ink: dark"),
    ],
)
def test_a_warning_says_how_pictures_lie(
    tmp_path: Path, digits: Split, orientation: str, settings: str, *, dark: bool
) -> None:
    """Without the settings, a warning names them."""
    folder = write(tmp_path / "in", digits, orientation, dark=dark)
    own = ingest_own(tmp_path / "out", source="idx", folder=folder)
    assert f"Set {settings}, or the model will misread upright digits" in own.warned


def test_a_needless_setting_is_warned_of(tmp_path: Path, digits: Split) -> None:
    """If upright pictures are turned by mistake, the warning says to remove the setting."""
    own = ingest_own(tmp_path / "out", source="idx", folder=write(tmp_path / "in", digits), orientation="transposed")
    assert "Set no orientation and no ink" in own.warned


def test_the_wrong_setting_is_warned_of(tmp_path: Path, digits: Split) -> None:
    """If pictures are turned the wrong way, the warning names the setting that suits the source."""
    folder = write(tmp_path / "in", digits, "transposed")
    own = ingest_own(tmp_path / "out", source="idx", folder=folder, orientation="turned_left")
    assert "Set orientation: transposed, or" in own.warned


def test_upright_pictures_have_no_warning(tmp_path: Path, digits: Split) -> None:
    """Upright digits are read without a word."""
    own = ingest_own(tmp_path / "out", source="idx", folder=write(tmp_path / "in", digits))
    assert "lie another way" not in own.warned


def test_emnists_letters_are_warned_of(tmp_path: Path, digits: Split) -> None:
    """EMNIST's files of other classes, of which nothing tells how they lie, are warned of by their name."""
    folder, letters = write(tmp_path / "in", digits, name="emnist-letters-"), list("abcdefghij")
    settings: dict[str, object] = {"source": "idx", "folder": folder, "classes": letters}
    warning = "EMNIST's pictures are transposed: set orientation: transposed"
    assert warning in ingest_own(tmp_path / "out", **settings).warned
    for orientation in ("transposed", "upright"):
        assert warning not in ingest_own(tmp_path / orientation, **settings, orientation=orientation).warned
