"""What the tests ask a server, and how they read its metrics."""

from __future__ import annotations

from typing import Any

from tests.inference.numbers.pages import written
from tests.inference.pictures import as_file, sample, seven
from tests.serving import Server

__all__ = ["FOUR", "NUMBER", "PICTURE", "V1", "V2", "infer", "metric"]

FOUR = sample()[2100]
PICTURE = as_file(seven(), "PNG")
NUMBER = as_file(written("2024"), "PNG")
V1 = "/v1/models/digits"
V2 = "/v2/models/digits"


def infer(data: Any, **more: object) -> dict[str, object]:  # noqa: ANN401
    """Return a request of the Open Inference Protocol for 28x28 pictures."""
    images = {"name": "images", "shape": [len(data), 28, 28], "datatype": "UINT8", "data": data}
    return {"id": "one", "inputs": [images], **more}


def metric(server: Server, name: str) -> float:
    """Return the value of a metric; 0 before it was counted."""
    lines = server.get("/metrics").body.decode().splitlines()
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")), 0)
