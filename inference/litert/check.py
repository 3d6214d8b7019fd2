"""Check what a LiteRT file holds before the interpreter opens it.

The field numbers are those of schema.fbs in TensorFlow Lite, version 3, which stay as they are.
"""

from __future__ import annotations

from math import prod

from inference.litert.flatbuffer import Table, root

__all__ = ["check_litert", "too_large"]

MOST_BYTES = 2**28
"""Of the file."""
MOST_COMPUTED = 2**26
"""Bytes of all that is computed for one picture: the network of the recipe `best` needs a hundredth of it."""
MOST_TENSORS, MOST_DIMENSIONS, MOST_ENDS = 10_000, 8, 1_000
SIZES = {0: 4, 1: 2, 2: 4, 3: 1, 4: 8, 6: 1, 7: 2, 9: 1, 10: 8, 12: 8, 15: 4, 16: 2}
"""Bytes of a number, by type: floats, integers and bool; no texts, resources, or several numbers in one byte."""
FLOAT, UINT8 = 0, 3
LAST_KNOWN = 161
REFUSED = {
    10: "HASHTABLE_LOOKUP",
    31: "CALL",
    32: "CUSTOM",
    51: "DELEGATE",
    118: "IF",
    119: "WHILE",
    127: "a placeholder",
    129: "CALL_ONCE",
    **dict.fromkeys(range(136, 140), "HASHTABLE"),
    142: "VAR_HANDLE",
    143: "READ_VARIABLE",
    144: "ASSIGN_VARIABLE",
    146: "RANDOM_STANDARD_NORMAL",
    148: "RANDOM_UNIFORM",
    149: "MULTINOMIAL",
}
"""Operators that run other code, do not end, remember, or answer differently each time."""
NEEDED = {3: 2, 4: 2, 9: 2, 67: 3, 132: 2, 141: 3} | dict.fromkeys((16, 24, 27, 35, 44, 46, 52), 1)
"""How many of its first inputs an operator needs, which runs without others: convolutions, dense, recurrent layers."""
SIGNATURE, IMAGES, OUTPUTS = "serving_default", "images", {"probabilities", "logits", "digit"}


def check_litert(data: bytes) -> None:
    """Check the structure, the operators and the sizes of a LiteRT file.

    Raises:
        ValueError: an offset leads out of the file, an operator is not built in or runs other code, a tensor is too
            large or does not fit its data, or the file takes or returns something else than a bundle's network does.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(f"{len(data):,} bytes, more than {MOST_BYTES:,}")
    _check(root(data, b"TFL3"))


def too_large(computed: int) -> str:
    """Return what is wrong if a network computes so many bytes for one picture; empty if nothing is."""
    return f"{computed:,} bytes for one picture, more than {MOST_COMPUTED:,}" if computed > MOST_COMPUTED else ""


def _check(model: Table) -> None:
    if (version := model.number(0)) != 3:  # noqa: PLR2004  (the only one there is)
        raise ValueError(f"version {version} of the format")
    if model.length(8, 4) or model.length(9, 4):
        raise ValueError("weights in another file")
    operators = [_operator(each) for each in model.tables(1, MOST_ENDS)]
    graphs = model.tables(2, MOST_TENSORS)
    if len(graphs) != 1:
        raise ValueError(f"{len(graphs):,} networks in one file")
    data = [_length_of(each) for each in model.tables(4, MOST_TENSORS)]
    tensors = graphs[0].tables(0, MOST_TENSORS)
    _check_sizes(tensors, data)
    _check_order(graphs[0], tensors, data, operators)
    _check_signature(model, graphs[0], tensors)


def _operator(operator: Table) -> int:
    """Return the number of an operator that is run."""
    code = max(operator.number(0, "<b"), operator.number(3, "<i"))  # the first field is older, and too small for all
    if code in REFUSED or not 0 <= code <= LAST_KNOWN or operator.length(1):
        called = operator.text(1) or REFUSED.get(code, f"number {code}")
        raise ValueError(f"the operator {called}, which is not run")
    return code


def _length_of(buffer: Table) -> int:
    if buffer.number(1, "<Q") or buffer.number(2, "<Q"):
        raise ValueError("weights beside the flatbuffer")
    return buffer.length(0)


def _check_sizes(tensors: list[Table], data: list[int]) -> None:
    computed = 0
    for tensor in tensors:
        size = _size_of(tensor)
        if (number := tensor.number(2)) >= len(data):
            raise ValueError("a tensor whose data are not there")
        if data[number] not in {0, size}:
            raise ValueError(f"a tensor of {size:,} bytes with {data[number]:,} bytes of data")
        computed += 0 if data[number] else size
    if found := too_large(computed):
        raise ValueError(found)


def _size_of(tensor: Table) -> int:
    """Return the number of bytes of a tensor for one picture."""
    shape, kind = tensor.numbers(0, MOST_DIMENSIONS), tensor.number(1, "<b")
    if kind not in SIZES or tensor.has(6) or tensor.has(9):
        raise ValueError(f"a tensor of type {kind}" if kind not in SIZES else "a sparse tensor")
    size = SIZES[kind] * prod(shape)
    if min(shape, default=0) < 0:
        raise ValueError(f"a tensor of shape {list(shape)}")
    return size


def _check_order(graph: Table, tensors: list[Table], data: list[int], operators: list[int]) -> None:
    """Check that each operator takes what is there before it: an input, a constant, or what another returned."""
    constant = {i for i, tensor in enumerate(tensors) if data[tensor.number(2)] or tensor.number(5, "<B")}
    there = constant | {*graph.numbers(1, MOST_ENDS)} | {i for i, tensor in enumerate(tensors) if _size_of(tensor) == 0}
    for each in graph.tables(3, MOST_TENSORS):
        taken, returned = each.numbers(1, MOST_ENDS), each.numbers(2, MOST_ENDS)
        between = [i for i in each.numbers(8, MOST_ENDS) if i != -1]
        if each.number(0) >= len(operators) or each.length(5) or each.number(9, "<Q") or each.number(10, "<Q"):
            raise ValueError("an operator that is not in the list, or with options of its own")
        needed = NEEDED.get(operators[each.number(0)], len(taken))
        given = {*taken[:needed]} | {i for i in taken[needed:] if i != -1}
        if not all(0 <= i < len(tensors) for i in (*returned, *between)) or not given <= there:
            raise ValueError("an operator whose tensors are not there")
        if constant & {*returned}:
            raise ValueError("an operator that writes into a constant")
        there |= {*returned}
    if not {*graph.numbers(2, MOST_ENDS)} <= there:
        raise ValueError("an output that nothing computes")


def _check_signature(model: Table, graph: Table, tensors: list[Table]) -> None:
    signatures = [each for each in model.tables(7, MOST_ENDS) if each.text(2) == SIGNATURE and not each.number(4)]
    if len(signatures) != 1:
        raise ValueError(f"no signature {SIGNATURE}")
    taken, returned = ({each.text(0): each.number(1) for each in signatures[0].tables(i, MOST_ENDS)} for i in (0, 1))
    if [*taken] != [IMAGES] or (taken[IMAGES],) != graph.numbers(1, MOST_ENDS) or taken[IMAGES] >= len(tensors):
        raise ValueError(f"the inputs {', '.join(sorted(taken)) or 'none'}")
    if OUTPUTS - returned.keys() or not {*returned.values()} <= {*graph.numbers(2, MOST_ENDS)}:
        raise ValueError(f"the outputs {', '.join(sorted(returned)) or 'none'}")
    images = tensors[taken[IMAGES]]
    if images.numbers(0, MOST_DIMENSIONS)[1:] != (28, 28) or images.number(1, "<b") != UINT8:
        raise ValueError(f"images of shape {list(images.numbers(0, MOST_DIMENSIONS))}")
    wide = {tensors[returned[each]].numbers(0, MOST_DIMENSIONS)[1:] for each in ("probabilities", "logits")}
    floats = all(tensors[returned[each]].number(1, "<b") == FLOAT for each in ("probabilities", "logits"))
    if len(wide) != 1 or len(*wide) != 1 or not floats:
        raise ValueError("probabilities and logits of different shapes, or not of a row for each picture")
