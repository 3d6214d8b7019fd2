"""The formats in which a bundle holds its model."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

__all__ = ["FORMATS", "Format", "formats_in"]


class Format(NamedTuple):
    """One format.

    Attributes:
        title: its name in text.
        path: of its file or folder in a bundle.
        library: the module that runs it.
        package: the distribution that has this module.
    """

    title: str
    path: str
    library: str
    package: str


FORMATS = {
    "saved_model": Format("SavedModel", "saved_model/1", "tensorflow", "tensorflow"),
    "litert": Format("LiteRT", "model.tflite", "ai_edge_litert.interpreter", "ai-edge-litert"),
    "litert_int8": Format("LiteRT int8", "model_int8.tflite", "ai_edge_litert.interpreter", "ai-edge-litert"),
    "onnx": Format("ONNX", "model.onnx", "onnxruntime", "onnxruntime"),
    "keras": Format("Keras", "model.keras", "keras", "keras"),
}
"""Each format by its name in the settings of export."""


def formats_in(bundle: Path) -> list[str]:
    """Return the names of the formats that a bundle's folder has."""
    return [name for name, each in FORMATS.items() if (bundle / each.path).exists()]
