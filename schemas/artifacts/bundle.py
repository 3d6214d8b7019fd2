"""The exported model: everything that a program needs to read digits with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from schemas.artifacts.artifact import Artifact
from schemas.manifest import FileEntry, content_of
from schemas.record import Record

__all__ = ["Bundle", "Latency"]


class Latency(Record):
    """Median latency of the LiteRT model with one thread, on the machine that exported it, in microseconds."""

    alone: float
    """Per picture, one picture a call."""
    batched: float
    """Per picture, 32 pictures a call."""


class Bundle(Artifact):
    """An exported model in two equivalent formats.

    Both take `images`, uint8 [n, 28, 28] (0 is background, 255 is ink), and return `probabilities` (calibrated) and
    `logits`, float32 [n, classes]. The normalisation is built in.

    File structure:
        saved_model/1/: TensorFlow SavedModel, laid out for TensorFlow Serving.
        model.tflite: LiteRT.
        labels.json: the name of each class, in order.
        calibration.json: the Calibration.
        transform.json: the normalisation, for reference.
        statistics.json: statistics of the training data.
        README.md: the model card.
        incidental/latency.json: a Latency, not part of the content digest.
    """

    SAVED_MODEL = "saved_model/1"
    LITERT = "model.tflite"
    LABELS = "labels.json"
    LATENCY = "incidental/latency.json"
    CONTENT_FILES = (
        "model.tflite",
        "labels.json",
        "calibration.json",
        "transform.json",
        "statistics.json",
        "README.md",
    )

    @classmethod
    def content(cls, path: Path, files: Mapping[str, FileEntry]) -> str:
        """Return the digest of CONTENT_FILES: the SavedModel's bytes differ from process to process."""
        del path
        return content_of({name: files[name] for name in cls.CONTENT_FILES})

    @property
    def latency(self) -> Latency | None:
        """The latency measured at export; None if it was not measured."""
        path = self.path / self.LATENCY
        return Latency.from_json(path.read_bytes()) if path.is_file() else None

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class, in the order of the logits."""
        return tuple(json.loads((self.path / self.LABELS).read_bytes()))
