"""Read every picture below a folder with the bundle."""

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
    from inference.scoring.accuracy import Labels

__all__ = ["ScoreConfig", "score"]


class ScoreConfig(Config):
    """Settings of the score stage."""

    folder: Path = Field(json_schema_extra={"data": True})
    """All that is below it is scored; what it holds counts as an input does."""
    labels: bool = False
    """The folder a picture lies in is its label: adds it, and the accuracy."""
    probabilities: bool = False
    """Adds those of every class."""
    sha256: bool = False
    """Adds that of every file."""
    workers: PositiveInt | None = None
    """Processes; by default one a core."""


def score(bundle: Bundle, predictions: Output[Predictions], config: ScoreConfig) -> None:
    """Score the folder with the bundle, on this machine; every file has a row."""
    from inference.model.bundle import LoadedBundle
    from inference.scoring.folder import score_folder
    from inference.scoring.job import Work
    from inference.scoring.output import Output as Table
    from inference.scoring.part import Columns
    from inference.scoring.storage.disk import Disk

    if not config.folder.is_dir():
        raise InputError(f"{config.folder} is not a folder", expected="a folder of pictures", do="mend score.folder")
    columns = Columns(labels=config.labels, sha256=config.sha256, probabilities=config.probabilities)
    work = Work(Disk.at(config.folder), LoadedBundle.read(bundle.path), columns)
    aside = predictions.scratch / Predictions.TABLE  # with the parts of an attempt that was broken off
    scored = score_folder(work, Table(str(aside)), workers=config.workers)
    aside.replace(predictions.path / Predictions.TABLE)
    document = {
        "listed": scored.listed,
        **{decision: scored.summary.decisions[decision] for decision in ("digit", "unsure", "unreadable", "skipped")},
        **_labels(scored.summary.labels),
        "drift": scored.summary.drift(work.bundle.calibration.refused),
    }
    (predictions.path / Predictions.SUMMARY).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _labels(labels: Labels | None) -> dict[str, int | float | None]:
    """Give the accuracy of what was answered, and how many of the labelled files that is."""
    if labels is None:
        return {"accuracy": None}
    return {"accuracy": labels.accuracy, "labelled": labels.labelled, "answered": labels.answered.total()}
