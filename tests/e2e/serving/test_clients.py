"""Clients that others wrote, against a real server."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

from tests.inference.numbers.pages import written
from tests.inference.pictures import as_file, sample, seven
from tests.serving import Server

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def triton(server: Server) -> Generator[Any]:
    """Yield Triton's client, connected."""
    from tritonclient import http

    host, port = server.place
    client: Any = http.InferenceServerClient(f"{host}:{port}")
    yield client
    client.close()


def _input(name: str, values: np.ndarray[Any, Any], kind: str, *, binary: bool) -> Any:  # noqa: ANN401
    from tritonclient import http

    described: Any = http.InferInput(name, list(values.shape), kind)
    return described.set_data_from_numpy(values, binary_data=binary)


def test_triton_finds_the_server_alive(triton: Any) -> None:  # noqa: ANN401
    """Live, ready, and the model ready, by name and version."""
    assert triton.is_server_live()
    assert triton.is_server_ready()
    assert triton.is_model_ready("digits", "1")
    assert not triton.is_model_ready("cats")


def test_triton_reads_the_metadata(triton: Any) -> None:  # noqa: ANN401
    """The inputs and outputs of the model have names, datatypes and shapes."""
    metadata = triton.get_model_metadata("digits")
    assert [each["name"] for each in metadata["inputs"]] == ["images", "pictures"]
    assert "binary_tensor_data" in triton.get_server_metadata()["extensions"]


@pytest.mark.parametrize("binary", [True, False])
def test_triton_infers(triton: Any, binary: bool) -> None:  # noqa: ANN401, FBT001
    """Arrays are answered, in binary and in JSON."""
    images = sample()[[0, 2100, 4999]]
    result = triton.infer("digits", [_input("images", images, "UINT8", binary=binary)])
    assert result.as_numpy("digit").tolist() == [b"0", b"4", b"9"]
    assert result.as_numpy("probabilities").argmax(axis=1).tolist() == [0, 4, 9]


def test_triton_sends_picture_files(triton: Any) -> None:  # noqa: ANN401
    """BYTES in binary are picture files."""
    pictures = np.array([as_file(seven(), "PNG"), as_file(seven(), "JPEG")], dtype=np.object_)
    result = triton.infer("digits", [_input("pictures", pictures, "BYTES", binary=True)])
    assert result.as_numpy("digit").tolist() == [b"7", b"7"]


def test_triton_reads_a_number(triton: Any) -> None:  # noqa: ANN401
    """With the parameter `all`, each picture has the number that it spells."""
    pictures = np.array([as_file(written("2024"), "PNG"), as_file(seven(), "PNG")], dtype=np.object_)
    inputs = [_input("pictures", pictures, "BYTES", binary=True)]
    result = triton.infer("digits", inputs, parameters={"all": True})
    assert result.as_numpy("number").tolist() == [b"2024", b"7"]


def test_triton_asks_for_one_output(triton: Any) -> None:  # noqa: ANN401
    """An output that a client names comes alone, in the form it asks for."""
    from tritonclient import http

    wanted: Any = http.InferRequestedOutput("confidence", binary_data=False)
    result = triton.infer("digits", [_input("images", sample()[:2], "UINT8", binary=True)], outputs=[wanted])
    assert result.as_numpy("confidence").shape == (2,)
    assert result.as_numpy("digit") is None


@pytest.mark.parametrize("algorithm", ["gzip", "deflate"])
def test_triton_compression_is_refused_by_name(triton: Any, algorithm: str) -> None:  # noqa: ANN401
    """A compressed request is refused with a reason: it could unpack to any size."""
    from tritonclient.utils import InferenceServerException

    with pytest.raises(InferenceServerException, match="Content-Encoding"):
        triton.infer(
            "digits", [_input("images", sample()[:1], "UINT8", binary=True)], request_compression_algorithm=algorithm
        )
