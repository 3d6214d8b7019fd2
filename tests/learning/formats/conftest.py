"""A network in every format, made once; TensorFlow is configured for all tests here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from learning.formats.write import Exported, write_formats
from learning.training.networks import build_mlp
from schemas.artifacts.formats import FORMATS
from tests.samples import DIGITS, make_calibration, make_split, make_transform

if TYPE_CHECKING:
    import keras


@pytest.fixture(scope="session", autouse=True)
def _configured(tensorflow_session: None) -> None:  # pyright: ignore[reportUnusedFunction]
    del tensorflow_session


@pytest.fixture(scope="session")
def network(_configured: None, tmp_path_factory: pytest.TempPathFactory) -> keras.Model:
    """Return a small network that was not trained."""
    return build_mlp(make_transform(tmp_path_factory.mktemp("network") / "transform"), len(DIGITS), seed=0)


@pytest.fixture(scope="session")
def formats(network: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the network in every format, and a calibration. Read-only."""
    folder = tmp_path_factory.mktemp("formats") / "bundle"
    make_calibration(folder, temperature=2.0)
    exported = Exported(network, 2.0, make_split([0] * 20).images)
    write_formats(exported, list(FORMATS), folder, folder / "scratch")
    return folder
