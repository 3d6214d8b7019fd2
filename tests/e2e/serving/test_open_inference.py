"""The Open Inference Protocol: tensors in JSON and in binary."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from tests.e2e.serving.asked import FOUR, PICTURE, V2, infer
from tests.inference.pictures import sample
from tests.serving import Server


def test_tensors_are_answered_in_json(server: Server) -> None:
    """The Open Inference Protocol returns one tensor an output, and the request's id."""
    reply = server.post(f"{V2}/infer", infer(sample()[[0, 2100]].tolist())).json
    outputs = {each["name"]: each for each in reply["outputs"]}
    assert reply["id"] == "one"
    assert outputs["probabilities"]["shape"] == [2, 10]
    assert outputs["digit"] == {"name": "digit", "datatype": "BYTES", "shape": [2], "data": ["0", "4"]}


def test_tensors_may_be_flat(server: Server) -> None:
    """Data in one flat list is the same as nested data."""
    flat = infer([0])
    flat["inputs"] = [{"name": "images", "shape": [1, 28, 28], "datatype": "FP32", "data": FOUR.ravel().tolist()}]
    assert server.post(f"{V2}/infer", flat).json["outputs"][2]["data"] == ["4"]


def test_only_the_wanted_outputs_come(server: Server) -> None:
    """A request may name the outputs it wants."""
    reply = server.post(f"{V2}/infer", infer(FOUR[None].tolist(), outputs=[{"name": "confidence"}]))
    assert [each["name"] for each in reply.json["outputs"]] == ["confidence"]


def test_tensors_come_and_go_in_binary(server: Server) -> None:
    """Binary data follows the JSON, whose length is in a header; so does a binary output."""
    asked = infer([0], parameters={"binary_data_output": True})
    size = {"parameters": {"binary_data_size": FOUR.size}}
    asked["inputs"] = [{"name": "images", "shape": [1, 28, 28], "datatype": "UINT8"} | size]
    head = json.dumps(asked).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))}
    reply = server.ask("POST", f"{V2}/infer", head + FOUR.tobytes(), headers)
    length = int(reply.headers["inference-header-content-length"])
    described = json.loads(reply.body[:length])["outputs"][0]
    probabilities = np.frombuffer(reply.body[length : length + described["parameters"]["binary_data_size"]], "<f4")
    assert described["name"] == "probabilities"
    assert int(probabilities.argmax()) == 4


def test_pictures_come_in_binary(server: Server) -> None:
    """A picture file as BYTES, behind its length, passes the front end."""
    data = struct.pack("<I", len(PICTURE)) + PICTURE
    described = {"name": "pictures", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": len(data)}}
    head = json.dumps({"inputs": [described]}).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))}
    reply = server.ask("POST", f"{V2}/infer", head + data, headers)
    assert reply.json["outputs"][2]["data"] == ["7"]


@pytest.mark.parametrize("path", ["/v2", "/v2/health/live", "/v2/health/ready", V2, f"{V2}/ready", f"{V2}/versions/1"])
def test_the_open_inference_protocol_is_served(server: Server, path: str) -> None:
    """Each path of the protocol answers."""
    assert server.get(path).status == 200
