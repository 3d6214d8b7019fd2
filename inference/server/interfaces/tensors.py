"""Tensors of the Open Inference Protocol, as JSON or in its binary form."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from inference.model.answer import Answer
from inference.server.interfaces.pictures import MOST_PICTURES, decoded
from inference.server.json_text import as_list
from inference.server.refusal import RefusalError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inference.numbers.page_answer import PageAnswer

__all__ = ["KINDS", "Tensor", "outputs_of", "read_tensor"]

KINDS = {
    "UINT8": "u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "INT8": "i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP32": "<f4",
    "FP64": "<f8",
}
"""Datatypes of numbers, and numpy's names of them; pictures may have any."""
MOST_SIDES = 4
LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Tensor:
    """One output.

    Attributes:
        name: such as probabilities.
        kind: FP32 or BYTES.
        shape: of the values.
        values: flat, numbers or texts.
    """

    name: str
    kind: str
    shape: list[int]
    values: list[Any]

    def as_json(self) -> dict[str, Any]:
        """Return it with its data in JSON."""
        return {"name": self.name, "datatype": self.kind, "shape": self.shape, "data": self.values}

    def as_binary(self) -> tuple[dict[str, Any], bytes]:
        """Return it without its data, and the data: little-endian numbers, or texts behind their lengths."""
        if self.kind == "BYTES":
            texts = [text.encode() for text in self.values]
            data = b"".join(LENGTH.pack(len(text)) + text for text in texts)
        else:
            data = struct.pack(f"<{len(self.values)}f", *self.values)
        head = {"name": self.name, "datatype": self.kind, "shape": self.shape}
        return head | {"parameters": {"binary_data_size": len(data)}}, data


def outputs_of(answers: list[Answer] | list[PageAnswer], classes: tuple[str, ...]) -> list[Tensor]:
    """Return the answers as tensors; '' and 0 stand for what an answer lacks."""
    singles = [each for each in answers if isinstance(each, Answer)]
    if len(singles) < len(answers):
        return _outputs_of_pages([each for each in answers if not isinstance(each, Answer)])
    return _outputs_of_digits(singles, classes)


def _outputs_of_pages(pages: list[PageAnswer]) -> list[Tensor]:
    """Return for each page the decision, the reason, what its lines spell, one a line, and its JSON document."""
    texts = {
        "decision": [page.decision for page in pages],
        "reason": [page.document()["reason"] or "" for page in pages],
        "number": ["\n".join(line.number or "" for line in page.lines) for page in pages],
        "guess": ["\n".join(line.guess for line in page.lines) for page in pages],
        "page": [to_json(page.document()).decode() for page in pages],
    }
    return [Tensor(name, "BYTES", [len(pages)], column) for name, column in texts.items()]


def _outputs_of_digits(answers: list[Answer], classes: tuple[str, ...]) -> list[Tensor]:
    n = len(answers)
    chances = [answer.probabilities.get(name, 0.0) for answer in answers for name in classes]
    texts = {
        "digit": [answer.digit for answer in answers],
        "decision": [answer.decision for answer in answers],
        "reason": [answer.reason for answer in answers],
        "guess": [answer.guess for answer in answers],
    }
    return [
        Tensor("probabilities", "FP32", [n, len(classes)], chances),
        Tensor("confidence", "FP32", [n], [answer.confidence or 0.0 for answer in answers]),
        *(Tensor(name, "BYTES", [n], [text or "" for text in column]) for name, column in texts.items()),
    ]


def read_tensor(described: dict[str, Any], data: bytes | None) -> NDArray[Any] | list[bytes]:
    """Return an input: an array of its shape, or for BYTES the picture files in it.

    Args:
        described: name, shape, datatype and, unless it comes in binary, data.
        data: the binary form.

    Raises:
        RefusalError: it does not have the datatype, shape or size that it says.
    """
    kind, shape = described.get("datatype"), _shape(described.get("shape"))
    if kind == "BYTES":
        files = _split(data) if data is not None else [decoded(each) for each in _flat(described.get("data"))]
        if len(files) != prod(shape):
            raise _mismatch(f"{len(files)} elements", shape)
        return files
    if kind not in KINDS:
        expected = ", ".join([*KINDS, "BYTES"])
        raise RefusalError(400, "an input has another datatype", found=str(kind)[:80], expected=expected)
    return _numbers(KINDS[kind], shape, described.get("data"), data)


def _numbers(kind: str, shape: list[int], values: Any, data: bytes | None) -> NDArray[Any]:  # noqa: ANN401  (any JSON)
    import numpy as np

    if data is not None:
        if len(data) != prod(shape) * np.dtype(kind).itemsize:
            raise _mismatch(f"{len(data)} bytes", shape)
        return np.frombuffer(data, kind).reshape(shape)
    try:
        array = np.asarray(values)
    except (ValueError, OverflowError):
        raise _mismatch("rows of different lengths", shape) from None
    if array.dtype.kind not in "iuf" or array.size != prod(shape) or array.shape not in {tuple(shape), (array.size,)}:
        raise _mismatch(f"{array.dtype} of shape {list(array.shape)}", shape)
    return array.reshape(shape)


def _shape(value: Any) -> list[int]:  # noqa: ANN401  (any JSON value)
    shape = as_list(value) or []
    whole = all(type(each) is int and each > 0 for each in shape)
    if not whole or not 1 <= len(shape) <= MOST_SIDES or shape[0] > MOST_PICTURES:
        expected = f"such as [1, 28, 28], at most {MOST_PICTURES} pictures"
        raise RefusalError(400, "an input has no such shape", found=str(value)[:80], expected=expected)
    return shape


def _flat(values: Any) -> list[Any]:  # noqa: ANN401  (any JSON value)
    found = as_list(values)
    if found is None:
        raise RefusalError(400, "an input has no data", found=type(values).__name__, expected="a list")
    return [row[0] if (row := as_list(each)) and len(row) == 1 else each for each in found]


def _split(data: bytes) -> list[bytes]:
    """Return the elements of BYTES in binary form: each behind its length, four bytes, little-endian."""
    parts: list[bytes] = []
    at = 0
    while at < len(data) and len(parts) <= MOST_PICTURES:
        end = at + LENGTH.size + (LENGTH.unpack_from(data, at)[0] if at + LENGTH.size <= len(data) else len(data))
        if end > len(data):
            raise RefusalError(400, "an input of BYTES is cut short", expected="each element behind its length")
        parts.append(data[at + LENGTH.size : end])
        at = end
    return parts


def _mismatch(found: str, shape: list[int]) -> RefusalError:
    return RefusalError(400, "an input does not have its shape", found=found, expected=f"shape {shape}")
