"""Score a folder: read every picture below it with a bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, PositiveInt

from schemas.artifacts.artifact import Output
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.predictions import Predictions
from schemas.errors import InputError
from schemas.settings.config import Config

if TYPE_CHECKING:
    from inference.scoring.accuracy import FolderAccuracy

__all__ = ["ScoreConfig", "score"]


class ScoreConfig(Config):
    """Settings of the score stage."""

    folder: Path = Field(json_schema_extra={"data": "folder"})
    """The folder to score, with everything below it; a change of its content reruns the stage."""
    labels: bool = False
    """Treat the folder a picture lies in as its label: adds the label and the accuracy."""
    probabilities: bool = False
    """Add the probabilities of all classes."""
    all: bool = False
    """Read every digit of each picture: a row for each, with its line, position and box."""
    sha256: bool = False
    """Add the sha256 of each file."""
    workers: PositiveInt | None = Field(default=None, json_schema_extra={"counts": "never"})
    """Number of processes; by default one per core."""


def score(bundle: Bundle, predictions: Output[Predictions], config: ScoreConfig) -> None:
    """Score the folder with the bundle on this machine; every file gets a row.

    Raises:
        InputError: there is no such folder.
    """
    from inference.model.bundle import LoadedBundle
    from inference.scoring.folder import score_folder
    from inference.scoring.job import Job
    from inference.scoring.output import Output as Table
    from inference.scoring.part import Columns
    from inference.scoring.storage.disk import Disk

    if not config.folder.is_dir():
        raise InputError(f"{config.folder} is not a folder", expected="a folder of pictures", do="correct score.folder")
    columns = Columns(config.labels, config.sha256, config.probabilities, config.all)
    work = Job(Disk.at(config.folder), LoadedBundle.read(bundle.path), columns)
    draft = predictions.scratch / Predictions.TABLE  # scratch keeps the finished parts of an interrupted attempt
    scored = score_folder(work, Table(str(draft)), workers=config.workers)
    draft.replace(predictions.path / Predictions.TABLE)
    document = {
        "listed": scored.listed,
        "scored": scored.summary.scored,
        **{decision: scored.summary.decisions[decision] for decision in ("unsure", "unreadable", "skipped")},
        **_labels(scored.summary.labels),
        "drift": scored.summary.drift(work.bundle.calibration.refused),
    }
    (predictions.path / Predictions.SUMMARY).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _labels(labels: FolderAccuracy | None) -> dict[str, int | float | None]:
    """Return the accuracy of the answered files, and the numbers of labelled and of answered files."""
    if labels is None:
        return {"accuracy": None}
    return {"accuracy": labels.accuracy, "labelled": labels.labelled, "answered": labels.answered.total()}
