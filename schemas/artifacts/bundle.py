"""The exported model: everything that a program needs to read digits with it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from schemas.artifacts.artifact import Artifact
from schemas.artifacts.picture_set import PictureSet
from schemas.errors import InputError
from schemas.manifest import FileEntry, content_of
from schemas.record import Record

__all__ = ["Bundle", "Judgement", "Latency", "version_of"]

VERSION = re.compile(r"v\d+-[0-9a-f]{8}")


def version_of(folder: Path, content: str) -> str:
    """Return what a bundle is called: the name of its folder, with the digest behind it unless it is a version."""
    short = content[:8]
    named = VERSION.fullmatch(folder.name) or folder.name.endswith(f"-{short}")
    return folder.name if named else f"{folder.name}-{short}"


class Judgement(Record):
    """The gate's verdict in short, as a bundle carries it, so that a copy elsewhere still says it."""

    blessed: bool
    reasons: list[str] = []
    """Why the gate refused the model, one line per rule; empty if it is blessed."""

    @property
    def standing(self) -> str:
        """What to say beside the model's name: `refused by the gate`; empty if it is blessed."""
        return "" if self.blessed else "refused by the gate"


class Latency(Record):
    """Median latency of the LiteRT model with one thread, on the machine that exported it, in microseconds."""

    alone: float
    """Per picture, one picture a call."""
    batched: float
    """Per picture, 32 pictures a call."""


class Bundle(Artifact):
    """An exported model in equivalent formats; the settings of export choose them, and LiteRT is always there.

    They take `images`, uint8 [n, 28, 28] (0 is background, 255 is ink), and return `probabilities` (calibrated) and
    `logits`, float32 [n, classes], and `digit`, int32 [n], the index of the likeliest class. The normalisation is
    built in. Only model.keras returns nothing but logits.

    File structure:
        saved_model/1/: TensorFlow SavedModel, laid out for TensorFlow Serving; its second signature, `serving_bytes`,
            takes encoded pictures.
        model.tflite: LiteRT.
        model_int8.tflite: LiteRT with 8-bit weights and activations.
        model.onnx: ONNX.
        model.keras: for further training; logits only.
        golden.json: a Golden, which every program that loads the bundle can hold its answers against.
        labels.json: the name of each class, in order.
        calibration.json: the Calibration.
        transform.json: the normalisation, for reference.
        statistics.json: statistics of the training data.
        README.md: the model card.
        verdict.json: a Judgement; older bundles have none, and were blessed.
        trained_on.bin: a PictureSet, the pictures that the model was trained on; older bundles have none.
        incidental/latency.json: a Latency, not part of the content digest.
    """

    SAVED_MODEL = "saved_model/1"
    LITERT = "model.tflite"
    KERAS = "model.keras"
    GOLDEN = "golden.json"
    LABELS = "labels.json"
    JUDGEMENT = "verdict.json"
    TRAINED_ON = "trained_on.bin"
    LATENCY = "incidental/latency.json"
    CONTENT_FILES = (
        "model.tflite",
        "labels.json",
        "calibration.json",
        "transform.json",
        "statistics.json",
        "README.md",
    )
    LATER_CONTENT = (JUDGEMENT, TRAINED_ON)
    """Content that older bundles lack."""

    @classmethod
    def content(cls, path: Path, files: Mapping[str, FileEntry]) -> str:
        """Return the digest of the content files.

        The bytes of the other formats differ from process to process, and the golden answers from machine to machine.
        The card names the formats, so bundles of other formats have another content.
        """
        del path
        later = (name for name in cls.LATER_CONTENT if name in files)
        return content_of({name: files[name] for name in (*cls.CONTENT_FILES, *later)})

    @property
    def judgement(self) -> Judgement | None:
        """The gate's verdict in short; None if the bundle carries none.

        Raises:
            InputError: it cannot be read.
        """
        path = self.path / self.JUDGEMENT
        try:
            return Judgement.from_json(path.read_bytes()) if path.is_file() else None
        except ValueError as error:
            raise InputError(f"{path} holds no verdict", found=str(error), do="digits verify") from error

    @property
    def trained_on(self) -> PictureSet | None:
        """The pictures that its model was fitted and selected on; None if it does not say.

        Raises:
            InputError: the set cannot be read.
        """
        path = self.path / self.TRAINED_ON
        return PictureSet.read(path) if path.is_file() else None

    @property
    def latency(self) -> Latency | None:
        """The latency measured at export; None if it was not measured."""
        path = self.path / self.LATENCY
        return Latency.from_json(path.read_bytes()) if path.is_file() else None

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class, in the order of the logits."""
        return tuple(json.loads((self.path / self.LABELS).read_bytes()))
