"""Write a network in the formats of a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.formats.litert import convert, convert_int8
from learning.formats.onnx_graph import onnx_model
from learning.formats.saved_model import write_saved_model
from schemas.artifacts.formats import FORMATS
from schemas.artifacts.model import write_keras
from schemas.progress import report_part

if TYPE_CHECKING:
    from pathlib import Path

    import keras
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Exported", "write_formats"]


@dataclass(frozen=True)
class Exported:
    """What is exported.

    Attributes:
        network: pictures in, logits out.
        temperature: divisor of the logits.
        representative: uint8 [n, 28, 28], training pictures that set the ranges of 8-bit integers.
    """

    network: keras.Model
    temperature: float
    representative: NDArray[np.uint8]


def write_formats(exported: Exported, formats: Sequence[str], folder: Path, scratch: Path) -> None:
    """Write the named formats into a bundle's folder.

    LiteRT models are converted from a SavedModel, which is written into *scratch* if it is not one of the formats.

    Raises:
        StageError: the network has a layer that a format does not support.
    """
    network, temperature = exported.network, exported.temperature
    saved_model = (folder if "saved_model" in formats else scratch) / FORMATS["saved_model"].path
    report_part("writing SavedModel")
    write_saved_model(network, temperature, saved_model)
    report_part("converting to LiteRT")
    (folder / FORMATS["litert"].path).write_bytes(convert(saved_model))
    if "litert_int8" in formats:
        report_part("converting to LiteRT int8")
        (folder / FORMATS["litert_int8"].path).write_bytes(convert_int8(saved_model, exported.representative))
    if "onnx" in formats:
        (folder / FORMATS["onnx"].path).write_bytes(onnx_model(network, temperature))
    if "keras" in formats:
        write_keras(folder / FORMATS["keras"].path, network)
