"""A format that answers unlike the network fails, with the figures."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inference.model.processes import start_processes
from learning.formats.parity import Parity, edge_inputs, loses_too_much, prove_parity
from learning.formats.write import Exported, write_formats
from learning.logits import infer
from learning.training.networks import build_mlp
from schemas.artifacts.calibration import Calibration
from schemas.artifacts.examples import Split
from schemas.artifacts.formats import FORMATS
from schemas.errors import StageError
from tests.inference.pictures import sample
from tests.samples import DIGITS, make_transform

if TYPE_CHECKING:
    import keras

    from learning.formats.parity import Proven

IMAGES = sample()[::50]
QUICK = ["litert", "onnx"]  # TensorFlow's formats take seconds each; tests/e2e/models/test_exports.py has them


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with another network as LiteRT."""
    folder = tmp_path_factory.mktemp("other")
    network = build_mlp(make_transform(folder / "transform"), len(DIGITS), seed=9)
    write_formats(Exported(network, 2.0, IMAGES), ["litert"], folder, folder / "scratch")
    return folder


def prove(network: keras.Model, folder: Path, names: list[str], scratch: Path, *, int8_loss: float = 0.0) -> Proven:
    """Compare formats with the network, on pictures that the network reads right by definition."""
    labels = infer(network, IMAGES).argmax(axis=1).astype(np.int32)
    test = Split(IMAGES, labels, [str(i) for i in range(len(IMAGES))], DIGITS)
    parity = Parity(test, edge_inputs(20), Calibration(folder).record, 1e-5, int8_loss)
    with start_processes(folder, scratch, names) as processes:
        return prove_parity(network, processes, parity)


@pytest.fixture
def changed(formats: Path, tmp_path: Path) -> Path:
    """Return a copy of the formats that can be changed."""
    return Path(shutil.copytree(formats, tmp_path / "changed"))


def test_formats_of_the_network_agree(network: keras.Model, formats: Path, tmp_path: Path) -> None:
    """Each float format, in a process of its own, reads every picture as the network does."""
    proven = prove(network, formats, QUICK, tmp_path)
    np.testing.assert_array_equal(proven.logits, infer(network, IMAGES))
    assert proven.same.all()


def test_an_8_bit_format_may_lose_a_little(network: keras.Model, formats: Path, tmp_path: Path) -> None:
    """A conversion to 8 bits loses no more than a tenth of the pictures, and is told where it reads otherwise."""
    proven = prove(network, formats, ["litert_int8"], tmp_path, int8_loss=0.1)
    assert proven.same.mean() >= 0.9


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("litert", "the LiteRT format disagrees with the model"),
        ("litert_int8", "the LiteRT int8 format is less accurate than the model"),
    ],
)
def test_another_network_fails(  # noqa: PLR0913, PLR0917  (fixtures)
    name: str, message: str, network: keras.Model, changed: Path, other: Path, tmp_path: Path
) -> None:
    """The LiteRT file of another network is a StageError with the figures."""
    shutil.copy(other / FORMATS["litert"].path, changed / FORMATS[name].path)
    with pytest.raises(StageError, match=message) as caught:
        prove(network, changed, [name], tmp_path)
    assert any(character.isdigit() for character in caught.value.found)


@pytest.mark.parametrize(
    ("lost", "won", "count", "too_much"),
    [
        (5, 0, 10_000, False),
        (6, 0, 10_000, True),
        (26, 20, 10_000, True),
        (36, 0, 70_000, True),
        (1, 0, 1_000, False),
        (4, 0, 1_000, False),
        (5, 0, 1_000, True),
        (9, 4, 1_000, False),
        (1, 0, 10, False),
        (0, 0, 1, False),
        (0, 9, 1_000, False),
    ],
)
def test_a_loss_counts_as_the_pictures_allow(lost: int, won: int, count: int, *, too_much: bool) -> None:
    """On 10,000 pictures a loss above 0.05 points fails; on fewer, one that is also more than chance explains."""
    assert loses_too_much(lost, won, count, 0.0005) == too_much


def test_a_damaged_format_fails(network: keras.Model, changed: Path, tmp_path: Path) -> None:
    """A file that its runtime cannot load is a StageError that names the format."""
    (changed / FORMATS["onnx"].path).write_bytes(b"no model")
    with pytest.raises(StageError, match="the ONNX format cannot be loaded") as caught:
        prove(network, changed, ["onnx"], tmp_path)
    assert "exit status 1; " in caught.value.found
    assert "model.onnx" in caught.value.found


def test_edge_inputs_go_from_black_to_white() -> None:
    """The first edge input is all 0, the second all 255, the last is noise everywhere, and no two are the same."""
    edges = edge_inputs(1000)
    assert (int(edges[0].max()), int(edges[1].min())) == (0, 255)
    assert np.mean(edges[-1] > 0) > 0.95
    assert len({each.tobytes() for each in edges}) == 1000
