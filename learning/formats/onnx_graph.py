"""Write a Keras network as an ONNX model, layer by layer.

The networks here consist of a dozen kinds of layers, each of which is one to five nodes of ONNX. tf2onnx would convert
any TensorFlow graph, in a hundred times the processor time: docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from schemas.artifacts.examples import SIDE
from schemas.errors import StageError

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["onnx_model"]

OPSET, IR = 17, 8  # of 2022: runtimes in browsers and on phones lag behind
TO_CHANNELS_FIRST, TO_CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)
ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "softmax": "Softmax", "tanh": "Tanh", "elu": "Elu"}
ONLY_IN_TRAINING = ("Dropout", "GaussianDropout", "GaussianNoise", "SpatialDropout2D")
JOINS = {"Add": "Add", "Multiply": "Mul"}


def onnx_model(network: keras.Model, temperature: float) -> bytes:
    """Return a network as an ONNX model: `images`, uint8 [n, 28, 28] in; `logits`, `probabilities` and `digit` out.

    Args:
        network: pictures in, logits out.
        temperature: divisor of the logits.

    Raises:
        StageError: the network has a layer that is not supported here.
    """
    import onnx
    from onnx import TensorProto, helper

    graph = _Graph()
    logits = _add_layers(graph, network)
    graph.add("Identity", [logits], output="logits")
    graph.add("Softmax", [graph.add("Div", ["logits", graph.number(temperature)])], output="probabilities", axis=1)
    likeliest = graph.add("ArgMax", ["logits"], axis=1, keepdims=0)
    graph.add("Cast", [likeliest], output="digit", to=TensorProto.INT32)
    classes = network.output_shape[-1]
    forms = {"logits": (TensorProto.FLOAT, ["n", classes]), "probabilities": (TensorProto.FLOAT, ["n", classes])}
    outputs = forms | {"digit": (TensorProto.INT32, ["n"])}
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "digits",
            [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", SIDE, SIDE])],
            [helper.make_tensor_value_info(name, *form) for name, form in outputs.items()],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
        producer_name="digits",
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


class _Graph:
    """The nodes and constants of a graph; each node has one output, whose name it returns."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, kind: str, inputs: Sequence[str], *, output: str = "", **attributes: Any) -> str:  # noqa: ANN401
        """Add a node and return the name of its output."""
        from onnx import helper

        name = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        return name

    def constant(self, values: NDArray[Any]) -> str:
        """Add a constant and return its name."""
        import numpy as np
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def number(self, value: float) -> str:
        """Add a float32 constant and return its name."""
        import numpy as np

        return self.constant(np.array(value, np.float32))

    def scaled(self, x: str, scale: NDArray[np.float32], offset: NDArray[np.float32]) -> str:
        """Multiply by a constant and add another."""
        return self.add("Add", [self.add("Mul", [x, self.constant(scale)]), self.constant(offset)])

    def channels_first(self, kind: str, x: str, *constants: str, **attributes: Any) -> str:  # noqa: ANN401
        """Add a node that takes and returns [n, channels, height, width], between two transpositions."""
        turned = self.add("Transpose", [x], perm=TO_CHANNELS_FIRST)
        done = self.add(kind, [turned, *constants], **attributes)
        return self.add("Transpose", [done], perm=TO_CHANNELS_LAST)


def _add_layers(graph: _Graph, network: keras.Model) -> str:
    """Add the nodes of every layer and return the name of the network's output."""
    from onnx import TensorProto

    model: Any = network
    names = {id(model.inputs[0]): graph.add("Cast", ["images"], to=TensorProto.FLOAT)}
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        given: Any = layer.input
        inputs = [names[id(each)] for each in (given if isinstance(given, list) else [given])]
        names[id(layer.output)] = _add_layer(graph, layer, kind, inputs)
    return names[id(model.outputs[0])]


def _add_layer(graph: _Graph, layer: Any, kind: str, inputs: list[str]) -> str:  # noqa: ANN401  (a Keras layer)
    if kind in ONLY_IN_TRAINING:
        return inputs[0]
    if kind in JOINS:
        return graph.add(JOINS[kind], inputs)
    if kind == "Concatenate":
        return graph.add("Concat", inputs, axis=layer.axis)
    if kind not in LAYERS:
        raise _unsupported(layer, kind, sorted((*LAYERS, *JOINS, *ONLY_IN_TRAINING, "Concatenate")))
    return _activated(graph, layer, LAYERS[kind](graph, layer, inputs[0]))


def _activated(graph: _Graph, layer: Any, x: str) -> str:  # noqa: ANN401
    """Apply the activation of a layer, if it has one."""
    name = str(layer.get_config().get("activation") or "linear")
    if name == "linear":
        return x
    if name not in ACTIVATIONS:
        raise _unsupported(layer, f"the activation {name}", sorted(ACTIVATIONS))
    if name == "softmax":
        return graph.add("Softmax", [x], axis=-1)
    return graph.add(ACTIVATIONS[name], [x])


def _unsupported(layer: Any, found: str, supported: list[str]) -> StageError:  # noqa: ANN401
    return StageError(
        f"the network cannot be written as ONNX, because of its layer {layer.name}",
        found=found,
        expected=", ".join(supported),
        do="leave onnx out of export.formats",
    )


def _weights(layer: Any) -> list[NDArray[np.float32]]:  # noqa: ANN401
    return layer.get_weights()


def _biased(graph: _Graph, layer: Any, x: str) -> str:  # noqa: ANN401
    return graph.add("Add", [x, graph.constant(_weights(layer)[-1])]) if layer.use_bias else x


def _rescaling(graph: _Graph, layer: Any, x: str) -> str:  # noqa: ANN401
    import numpy as np

    return graph.scaled(x, np.asarray(layer.scale, np.float32), np.asarray(layer.offset, np.float32))


def _reshape(graph: _Graph, layer: Any, x: str) -> str:  # noqa: ANN401
    import numpy as np

    return graph.add("Reshape", [x, graph.constant(np.array([-1, *layer.output.shape[1:]], np.int64))])


def _dense(graph: _Graph, layer: Any, x: str) -> str:  # noqa: ANN401
    return _biased(graph, layer, graph.add("MatMul", [x, graph.constant(_weights(layer)[0])]))


def _convolution(graph: _Graph, layer: Any, x: str) -> str:  # noqa: ANN401
    kernel = _weights(layer)[0]
    depthwise = type(layer).__name__ == "DepthwiseConv2D"
    if depthwise:
        height, width, channels, multiplier = kernel.shape
        turned = kernel.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
    else:
        turned = kernel.transpose(3, 2, 0, 1)
    groups = kernel.shape[2] if depthwise else layer.groups
    dilations = list(layer.dilation_rate)
    settings = {
        "group": groups,
        "strides": list(layer.strides),
        "dilations": dilations,
        "pads": _pads(layer, layer.kernel_size, dilations),
    }
    return _biased(graph, layer, graph.channels_first("Conv", x, graph.constant(turned), **settings))


def _pooling(graph: _Graph, layer: Any, x: str) -> str:  # noqa: ANN401
    kind = "MaxPool" if type(layer).__name__ == "MaxPooling2D" else "AveragePool"
    pads = _pads(layer, layer.pool_size, (1, 1))
    settings = {"kernel_shape": list(layer.pool_size), "strides": list(layer.strides), "pads": pads}
    return graph.channels_first(kind, x, **settings)


def _pads(layer: Any, size: Sequence[int], dilations: Sequence[int]) -> list[int]:  # noqa: ANN401
    """Return the rows and columns of padding before and after a picture: top, left, bottom, right."""
    if layer.padding != "same":
        return [0, 0, 0, 0]
    sides = zip(layer.input.shape[1:3], size, layer.strides, dilations, strict=True)
    totals = [max((-(-side // stride) - 1) * stride + (k - 1) * gap + 1 - side, 0) for side, k, stride, gap in sides]
    return [*(total // 2 for total in totals), *(total - total // 2 for total in totals)]


def _global_average(graph: _Graph, layer: Any, x: str) -> str:  # noqa: ANN401
    return graph.add("ReduceMean", [x], axes=[1, 2], keepdims=int(layer.keepdims))


def _global_maximum(graph: _Graph, layer: Any, x: str) -> str:  # noqa: ANN401
    return graph.add("ReduceMax", [x], axes=[1, 2], keepdims=int(layer.keepdims))


def _batch_normalisation(graph: _Graph, layer: Any, x: str) -> str:  # noqa: ANN401
    import numpy as np

    mean, variance = (np.asarray(each, np.float64) for each in (layer.moving_mean, layer.moving_variance))
    scale = (np.asarray(layer.gamma, np.float64) if layer.scale else 1) / np.sqrt(variance + layer.epsilon)
    offset = (np.asarray(layer.beta, np.float64) if layer.center else 0) - mean * scale
    return graph.scaled(x, scale.astype(np.float32), offset.astype(np.float32))


def _relu(graph: _Graph, layer: Any, x: str) -> str:  # noqa: ANN401
    if layer.threshold or layer.negative_slope:
        raise _unsupported(layer, "a ReLU with a threshold or a slope", ["a ReLU with max_value at most"])
    if layer.max_value is None:
        return graph.add("Relu", [x])
    return graph.add("Clip", [x, graph.number(0), graph.number(layer.max_value)])


LAYERS: dict[str, Callable[[_Graph, Any, str], str]] = {
    "Activation": lambda _graph, _layer, x: x,
    "AveragePooling2D": _pooling,
    "BatchNormalization": _batch_normalisation,
    "Conv2D": _convolution,
    "Dense": _dense,
    "DepthwiseConv2D": _convolution,
    "Flatten": _reshape,
    "GlobalAveragePooling2D": _global_average,
    "GlobalMaxPooling2D": _global_maximum,
    "MaxPooling2D": _pooling,
    "ReLU": _relu,
    "Rescaling": _rescaling,
    "Reshape": _reshape,
}
"""The nodes of each kind of layer before its activation."""
