"""LiteRT files that would do harm in the interpreter are refused before it opens them."""

# ruff: noqa: ANN401  (the generated reader of flatbuffers has no types)

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from inference.litert.check import check_litert
from inference.litert.network import LiteRtModel, count_weights
from schemas.artifacts.bundle import Bundle
from schemas.errors import InputError

HUGE = 2**30
Change = Callable[[Any], object]


@pytest.fixture(scope="module")
def sound() -> bytes:
    """Return the sealed model."""
    return (Path(__file__).parents[2] / "sealed" / "bundle" / Bundle.LITERT).read_bytes()


def _changed(data: bytes, change: Change) -> bytes:
    """Return a well-formed file whose content was changed."""
    model: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))
    change(model)
    builder = flatbuffers.Builder(len(data))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _set(thing: Callable[[Any], Any], name: str, value: object) -> Change:
    return lambda model: setattr(thing(model), name, value)


def _code(number: int, custom: str | None = None) -> Change:
    """Return a change of the first operator into another one."""

    def change(model: Any) -> None:
        code = model.operatorCodes[0]
        code.deprecatedBuiltinCode, code.builtinCode, code.customCode = min(number, 127), number, custom

    return change


def _padded(model: Any) -> None:
    """Add an operator that makes a tensor far larger than the file says."""
    graph = model.subgraphs[0]
    pads, big = schema.BufferT(), schema.BufferT()
    pads.data = list(np.array([[0, 300_000], [0, 0], [0, 0]], np.int32).tobytes())
    model.buffers += [pads, big]
    for shape, kind in (([3, 2], schema.TensorType.INT32), ([1, 28, 28], schema.TensorType.FLOAT32)):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.name = shape, kind, "more"
        tensor.buffer = len(model.buffers) - (2 if shape == [3, 2] else 1)
        graph.tensors.append(tensor)
    code, pad = schema.OperatorCodeT(), schema.OperatorT()
    code.deprecatedBuiltinCode = code.builtinCode = schema.BuiltinOperator.PAD
    model.operatorCodes.append(code)
    pad.opcodeIndex = len(model.operatorCodes) - 1
    pad.inputs, pad.outputs = [21, len(graph.tensors) - 2], [len(graph.tensors) - 1]
    pad.builtinOptionsType, pad.builtinOptions = schema.BuiltinOptions.PadOptions, schema.PadOptionsT()
    graph.operators.append(pad)
    graph.outputs = [*graph.outputs, len(graph.tensors) - 1]


def _graph(model: Any) -> Any:
    return model.subgraphs[0]


CHANGES: dict[str, tuple[Change, str]] = {
    "an operator of its own": (_code(32, "Evil"), "the operator Evil"),
    "an operator of TensorFlow": (_code(32, "FlexWriteFile"), "the operator FlexWriteFile"),
    "a loop without end": (_code(119), "the operator WHILE"),
    "another program": (_code(173), "the operator number 173"),
    "a variable": (_code(142), "the operator VAR_HANDLE"),
    "two networks": (lambda model: model.subgraphs.append(model.subgraphs[0]), "2 networks"),
    "a tensor of enormous shape": (
        _set(lambda model: _graph(model).tensors[27], "shape", np.array([HUGE, HUGE, HUGE], np.int32)),
        "bytes for one picture",
    ),
    "constants without end": (
        _set(lambda model: _graph(model).tensors[5], "shape", np.array([HUGE, HUGE], np.int32)),
        "bytes of data",
    ),
    "a shape below zero": (
        _set(lambda model: _graph(model).tensors[27], "shape", np.array([-1, -1], np.int32)),
        "a tensor of shape [-1, -1]",
    ),
    "texts": (_set(lambda model: _graph(model).tensors[27], "type", schema.TensorType.STRING), "a tensor of type 5"),
    "weights of other numbers": (_set(lambda model: _graph(model).tensors[5], "buffer", 7), "bytes of data"),
    "weights that are not there": (_set(lambda model: _graph(model).tensors[5], "buffer", HUGE), "data are not there"),
    "weights beside the file": (_set(lambda model: model.buffers[6], "offset", HUGE), "weights beside"),
    "an input that is not there": (_set(lambda model: _graph(model).operators[0], "inputs", [HUGE]), "not there"),
    "an input before the first": (_set(lambda model: _graph(model).operators[4], "inputs", [-1] * 4), "not there"),
    "a layer without weights": (_set(lambda model: _graph(model).operators[7], "inputs", [27, -1, 2]), "not there"),
    "an input that comes later": (_set(lambda model: _graph(model).operators[0], "inputs", [42]), "not there"),
    "an output among the weights": (_set(lambda model: _graph(model).operators[0], "outputs", [5]), "a constant"),
    "an operator that is not in the list": (
        _set(lambda model: _graph(model).operators[0], "opcodeIndex", HUGE),
        "not in the list",
    ),
    "pictures of another shape": (
        _set(lambda model: _graph(model).tensors[0], "shape", np.array([1, 4096, 4096], np.int32)),
        "images of shape [1, 4096, 4096]",
    ),
    "no signature": (_set(lambda model: model, "signatureDefs", []), "no signature"),
    "no probabilities": (_set(lambda model: model.signatureDefs[0], "outputs", []), "the outputs none"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_network_that_a_bundle_never_has_is_refused(kind: str, sound: bytes) -> None:
    """A well-formed file with such content is refused by the check, which runs before the interpreter."""
    change, found = CHANGES[kind]
    with pytest.raises(ValueError, match=found.replace("[", r"\[")):
        check_litert(_changed(sound, change))


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "a file of another kind": lambda data: b"\x89HDF" + data[4:],
    "another identifier": lambda data: data[:4] + b"TFL4" + data[8:],
    "a first table beyond the end": lambda data: struct.pack("<I", 2**32 - 1) + data[4:],
    "fields that lie before the file": lambda data: data[:20] + b"\xff\xff\xff\x7f" * 8 + data[52:],
    "a half": lambda data: data[: len(data) // 2],
    "all but the last bytes": lambda data: data[:-5000],
    "offsets beyond the end": lambda data: data[:-3000] + b"\xff" * 3000,
}


@pytest.mark.parametrize("kind", BYTES)
def test_a_file_that_is_no_flatbuffer_is_refused(kind: str, sound: bytes) -> None:
    """An offset or a length that leads out of the file is refused in one line, by whatever opens a model."""
    data = BYTES[kind](sound)
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        check_litert(data)
    for opens in (LiteRtModel, count_weights):
        with pytest.raises(InputError, match="the LiteRT model is not run") as caught:
            opens(data)
        assert "\n" not in caught.value.found


def test_a_network_that_grows_is_refused_before_it_runs(sound: bytes) -> None:
    """Operators that make a tensor far larger than the file says are refused, before memory is used."""
    with pytest.raises(InputError) as caught:
        LiteRtModel(_changed(sound, _padded))
    assert "bytes for one picture" in caught.value.found


def test_whatever_is_changed_the_check_says_yes_or_no(sound: bytes) -> None:
    """Numbers changed at random anywhere in the structure raise ValueError and nothing else, within the file."""
    rng, refused = random.Random(0), 0  # noqa: S311
    for _ in range(300):
        data = bytearray(sound)
        for _ in range(rng.randint(1, 3)):
            at = rng.choice([rng.randrange(0, 600), rng.randrange(len(data) - 9500, len(data) - 4)])
            struct.pack_into("<I", data, at, rng.choice([0, 1, 2**32 - 1, rng.randrange(64), rng.randrange(2**32)]))
        with suppress(ValueError):
            check_litert(bytes(data))
            refused -= 1
        refused += 1
    assert refused > 100
