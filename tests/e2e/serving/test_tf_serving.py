"""TensorFlow Serving's interface: rows, columns, status and metadata."""

from __future__ import annotations

import base64

import pytest

from tests.e2e.serving.asked import FOUR, PICTURE, V1
from tests.inference.pictures import sample
from tests.serving import Server


@pytest.mark.parametrize("place", [V1, f"{V1}/versions/1", f"{V1}/versions/VERSION", f"{V1}/labels/champion"])
def test_instances_are_answered_in_rows(server: Server, version: str, place: str) -> None:
    """TensorFlow Serving's row format has one prediction a picture, in order, under each name of the model."""
    reply = server.post(
        f"{place.replace('VERSION', version)}:predict", {"instances": [FOUR.tolist(), sample()[0].tolist()]}
    )
    assert [row["digit"] for row in reply.json["predictions"]] == ["4", "0"]


def test_inputs_are_answered_in_columns(server: Server) -> None:
    """TensorFlow Serving's column format has one list an output, of the named input or the only one."""
    pictures = sample()[[0, 2100]].tolist()
    for inputs in (pictures, {"images": pictures}):
        outputs = server.post(f"{V1}:predict", {"inputs": inputs, "signature_name": "serving_default"}).json["outputs"]
        assert outputs["digit"] == ["0", "4"]


def test_pictures_come_in_base64(server: Server) -> None:
    """A picture file as {"b64": ...}, alone or as a named input, passes the front end."""
    encoded = {"b64": base64.b64encode(PICTURE).decode()}
    rows = server.post(f"{V1}:predict", {"instances": [encoded, {"image_bytes": encoded}]}).json["predictions"]
    assert [row["digit"] for row in rows] == ["7", "7"]


def test_the_status_is_as_in_the_documentation(server: Server) -> None:
    """GET of a model returns the state of its version in TensorFlow Serving's form."""
    status = {"error_code": "OK", "error_message": ""}
    assert server.get(V1).json == {"model_version_status": [{"version": "1", "state": "AVAILABLE", "status": status}]}


def test_the_metadata_name_the_signature(server: Server) -> None:
    """GET of the metadata returns the signature with its input."""
    metadata = server.get(f"{V1}/metadata").json
    signature = metadata["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert metadata["model_spec"]["name"] == "digits"
    assert [dim["size"] for dim in signature["inputs"]["images"]["tensor_shape"]["dim"]] == ["-1", "28", "28"]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "instances"),
        ([1], "object"),
        ({"instances": []}, "1 to"),
        ({"instances": "x"}, "list"),
        ({"instances": [[1, 2]]}, "28x28"),
        ({"instances": [[[0.5] * 28] * 28]}, "multiply"),
        ({"instances": [[[256] * 28] * 28]}, "255"),
        ({"instances": [[["x"] * 28] * 28]}, "numbers"),
        ({"instances": [{"b64": "é"}]}, "base64"),
        ({"instances": [{"b64": ""}, [[0] * 28] * 28]}, "mixed"),
        ({"instances": [[[0] * 28] * 28], "signature_name": "train"}, "serving_default"),
    ],
)
def test_a_wrong_request_is_explained(server: Server, document: object, words: str) -> None:
    """The error says what was found and what was expected."""
    reply = server.post(f"{V1}:predict", document)
    assert reply.status == 400
    assert words in reply.json["error"]
