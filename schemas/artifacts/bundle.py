"""The exported model: everything another program needs to read digits as we do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from schemas.artifacts.artifact import Artifact
from schemas.manifest import FileEntry, content_of

__all__ = ["Bundle", "Latency"]


class Latency(BaseModel):
    """How long the LiteRT model took where it was exported, in microseconds, with one thread; medians."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    alone: float
    """A call for one picture."""
    batched: float
    """A picture, in calls for 32."""


class Bundle(Artifact):
    """An exported model in two formats that agree.

    Both take `images`, uint8 [n, 28, 28] (0 background, 255 ink), and give `probabilities`
    (calibrated) and `logits`, float32 [n, classes], and `features`, float32 [n, features],
    what the logits are made of; the normalisation is inside.

    File structure:
        saved_model/1/: TensorFlow SavedModel, laid out for TensorFlow Serving.
        model.tflite: LiteRT.
        labels.json: the name of each class, in order.
        calibration.json, reference.npz: the Calibration.
        transform.json: the normalisation, for the record.
        statistics.json: the figures of the data it was trained on.
        README.md: the card.
        incidental/latency.json: a Latency, which is no part of what the bundle says.
    """

    SAVED_MODEL = "saved_model/1"
    LITERT = "model.tflite"
    LABELS = "labels.json"
    LATENCY = "incidental/latency.json"
    SAID = (
        "model.tflite",
        "labels.json",
        "calibration.json",
        "reference.npz",
        "transform.json",
        "statistics.json",
        "README.md",
    )

    @classmethod
    def content(cls, path: Path, files: Mapping[str, FileEntry]) -> str:
        """Digest the LiteRT model and what goes with it: a SavedModel's bytes differ from process to process."""
        del path
        return content_of({name: files[name] for name in cls.SAID})

    @property
    def latency(self) -> Latency | None:
        """How fast it was when it was exported; None where nobody looked."""
        path = self.path / self.LATENCY
        return Latency.model_validate_json(path.read_bytes()) if path.is_file() else None

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class."""
        return tuple(json.loads((self.path / self.LABELS).read_bytes()))
