"""Requests that a fuzzer sends: those that the server takes, changed at random."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field

from tests.inference.pictures import as_file, files, sample, seven

__all__ = ["Hostile", "mutated", "originals"]

V1, V2 = "/v1/models/digits:predict", "/v2/models/digits/infer"
PIECES = [
    b"[",
    b"{",
    b"-",
    b"1e400",
    b"NaN",
    b"\\ud800",
    b"null",
    bytes(9),
    b'"',
    b"\r\n",
    b"%2e%2e/",
    b"99999999999999999999",
]
SHORT = 4096  # bytes of a picture: a longer one costs its decoding, not another path through the code


@dataclass(frozen=True)
class Hostile:
    """A request.

    Attributes:
        path: it asks.
        body: it sends.
        headers: beside its length.
    """

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def as_bytes(self) -> bytes:
        """Return it as it goes over the wire."""
        headers = {"Host": "localhost", "Content-Length": str(len(self.body)), **self.headers}
        lines = [f"POST {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + self.body


def originals() -> list[Hostile]:
    """Return requests that are answered: pictures of each kind, a form, arrays and tensors."""
    picture = as_file(seven(), "PNG")
    form = b'--x\r\nContent-Disposition: form-data; name="p"; filename="p.png"\r\n\r\n' + picture + b"\r\n--x--\r\n"
    images = {"name": "images", "shape": [1, 28, 28], "datatype": "UINT8", "data": sample()[0].tolist()}
    rows = json.dumps({"instances": [sample()[0].tolist()]}).encode()
    tensor = json.dumps({"inputs": [images]}).encode()
    return [
        *(Hostile("/predict", data) for data in files().values() if len(data) <= SHORT),
        Hostile("/predict", form, {"Content-Type": "multipart/form-data; boundary=x"}),
        Hostile("/invocations", rows, {"Content-Type": "application/json"}),
        Hostile(V1, rows),
        Hostile(V2, tensor),
        Hostile(V2, tensor, {"Inference-Header-Content-Length": "100"}),
    ]


def mutated(rng: random.Random, data: bytes) -> bytes:
    """Return the bytes after one to four changes: a byte replaced, some cut out, a piece put in, or the end cut off."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed))
        kind = rng.randrange(4)
        if kind == 0:
            changed[at] = rng.randrange(256)
        elif kind == 1:
            del changed[at : at + rng.randint(1, 50)]
            changed += b"x"
        elif kind == 2:
            changed[at:at] = rng.choice(PIECES)
        else:
            changed = changed[: max(at, 1)]
    return bytes(changed)
