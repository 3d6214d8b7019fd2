"""Predictions for every file of a folder."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from schemas.artifacts.artifact import Artifact

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Predictions", "name_of_path", "path_of_name", "prediction_schema"]


class Predictions(Artifact):
    """One row for each file below a folder, or for each page of a file of several, ordered by folder and name.

    File structure:
        predictions.parquet: the columns of prediction_schema, with page checksums.
        summary.json: counts, and the drift from the training pictures.
    """

    TABLE = "predictions.parquet"
    SUMMARY = "summary.json"


def prediction_schema(
    classes: int, *, labels: bool = False, sha256: bool = False, probabilities: bool = False, places: bool = False
) -> pa.Schema:
    """Return the Arrow schema of predictions.

    `path` is relative to the folder, encoded by name_of_path; `page` counts the pages of a TIFF of several from 1, and
    is null for any other file. `decision` is `answered`, `unsure`, `unreadable` or
    `skipped`; for the last three, `reason` says why, else it is null. `digit` is the answer, null unless answered;
    `guess` is the most likely digit, answered or not. `guess`, `confidence` (of it, 0 to 1, calibrated), `runner_up`,
    `width`, `height` (pixels, as stored) and `format` are null if nothing was read.
    Optional columns: `label`, the folder a picture lies in; `sha256` of the file; `probabilities` of all classes, in
    the model's order.

    Args:
        classes: number of classes of the model.
        labels: whether to include `label`.
        sha256: whether to include `sha256`.
        probabilities: whether to include `probabilities`.
        places: whether each digit of a picture has a row, with its `line` and `position`, from 1, and its box: `left`,
            `top`, `box_width` and `box_height`, in pixels of the upright picture. `decision` may be `empty`.
    """
    import pyarrow as pa

    # Not a fixed-size list: pyarrow 25 writes null ones to Parquet but cannot read them back.
    several = pa.field("probabilities", pa.list_(pa.float32()), metadata={"classes": str(classes)})
    place = ("line", "position", "left", "top", "box_width", "box_height")
    fields = [
        pa.field("path", pa.string(), nullable=False),
        pa.field("page", pa.int32()),
        *([pa.field("label", pa.string())] if labels else []),
        *(pa.field(name, pa.int32()) for name in place if places),
        pa.field("decision", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("digit", pa.string()),
        pa.field("guess", pa.string()),
        pa.field("confidence", pa.float32()),
        pa.field("runner_up", pa.string()),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
        pa.field("format", pa.string()),
        *([pa.field("sha256", pa.string())] if sha256 else []),
        *([several] if probabilities else []),
        pa.field("model", pa.string(), nullable=False),
    ]
    return pa.schema(fields)


def name_of_path(path: bytes) -> str:
    r"""Encode a path of arbitrary bytes as text: UTF-8 unchanged, except that `\` becomes `\\`; other bytes `\xNN`."""
    return path.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")


def path_of_name(name: str) -> str:
    """Decode a path encoded by name_of_path, into the form that Python's os functions accept."""

    def undo(match: re.Match[bytes]) -> bytes:
        return b"\\" if match[0] == rb"\\" else bytes([int(match[1], 16)])

    return os.fsdecode(re.sub(rb"\\(?:\\|x([0-9a-f]{2}))", undo, name.encode()))
