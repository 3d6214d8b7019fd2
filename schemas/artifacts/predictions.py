"""What a model said of every file of a folder."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from schemas.artifacts.artifact import Artifact

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Predictions", "name_of_path", "path_of_name", "prediction_schema"]


class Predictions(Artifact):
    """A row for each file below a folder, in the order of folders and names.

    File structure:
        predictions.parquet: the columns of prediction_schema; with page checksums.
        summary.json: counts, and how alike the pictures are to those the model was trained on.
    """

    TABLE = "predictions.parquet"
    SUMMARY = "summary.json"


def prediction_schema(
    classes: int, *, labels: bool = False, sha256: bool = False, probabilities: bool = False
) -> pa.Schema:
    """Give the columns of predictions.

    `path` is relative to the folder, in the writing of name_of_path. `decision` is `digit`, `unsure`, `unreadable`
    or `skipped`, and `reason` says why it is one of the last three. `digit` (the best guess where it is unsure),
    `confidence` (0 to 1, calibrated), `runner_up`, `width`, `height` (pixels, as stored) and `format` are null where
    nothing was read. Where asked for: `label`, the folder a picture lies in; `sha256` of the file; `probabilities`
    of every class, in the model's order.

    Args:
        classes: how many the model tells apart.
        labels: with the column `label`.
        sha256: with the column `sha256`.
        probabilities: with the column `probabilities`.
    """
    import pyarrow as pa

    # No list of a fixed size: pyarrow 25 writes one that is null into Parquet, and cannot read it back.
    several = pa.field("probabilities", pa.list_(pa.float32()), metadata={"classes": str(classes)})
    fields = [
        pa.field("path", pa.string(), nullable=False),
        *([pa.field("label", pa.string())] if labels else []),
        pa.field("digit", pa.string()),
        pa.field("confidence", pa.float32()),
        pa.field("runner_up", pa.string()),
        pa.field("decision", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
        pa.field("format", pa.string()),
        *([pa.field("sha256", pa.string())] if sha256 else []),
        *([several] if probabilities else []),
        pa.field("model", pa.string(), nullable=False),
    ]
    return pa.schema(fields)


def name_of_path(path: bytes) -> str:
    r"""Write a path of any bytes as text: UTF-8 as it is but for `\`, which becomes `\\`; other bytes as `\xNN`."""
    return path.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")


def path_of_name(name: str) -> str:
    """Give back the path, as Python's os functions take it, that name_of_path wrote."""

    def undo(match: re.Match[bytes]) -> bytes:
        return b"\\" if match[0] == rb"\\" else bytes([int(match[1], 16)])

    return os.fsdecode(re.sub(rb"\\(?:\\|x([0-9a-f]{2}))", undo, name.encode()))
