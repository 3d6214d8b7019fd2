"""Calibrate a model: fit its temperature and the threshold for refusing pictures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PositiveInt

from schemas.artifacts.artifact import Output
from schemas.artifacts.calibration import Calibration
from schemas.artifacts.examples import Examples
from schemas.artifacts.model import Model
from schemas.settings.config import Config

__all__ = ["CalibrateConfig", "calibrate"]

Share = Annotated[float, Field(ge=0, lt=1)]


class CalibrateConfig(Config):
    """Settings of the calibrate stage."""

    refused: Share = 0.01
    """Largest share of the validation digits that may be refused; a larger share refuses more non-digits too."""
    floor: Share = 0.5
    """Confidence below which a picture is refused as between two digits."""
    dimensions: PositiveInt = 40
    """Dimensions of the subspace fitted to the pictures of each class."""
    references: PositiveInt = 1000
    """Number of training pictures whose features are kept for comparison."""
    neighbour: PositiveInt = 5
    """Which of the nearest references to measure the distance to; the nearest alone may be a coincidence."""


def calibrate(model: Model, examples: Examples, calibration: Output[Calibration], config: CalibrateConfig) -> None:
    """Describe the training split, and fit temperature and refusal threshold on the validation split."""
    from learning.calibration import fit_calibration, fit_reference
    from learning.features import infer, with_features
    from schemas.progress import report_part, tell

    report_part("loading the model")
    both, train, validation = with_features(model.load()), examples.read("train"), examples.read("validation")
    reference = fit_reference(
        train,
        infer(both, train.images, "training pictures")["features"],
        dimensions=config.dimensions,
        references=config.references,
    )
    answers = infer(both, validation.images, "validation pictures")
    report_part("temperature and threshold")
    record = fit_calibration(
        validation,
        **answers,
        reference=reference,
        neighbour=min(config.neighbour, len(reference.bank)),
        floor=config.floor,
        refused=config.refused,
    )
    tell(f"calibration error {record.error_before:.4f} before, {record.error_after:.4f} after")
    Calibration.write(calibration.path, record, reference)
