"""Learn how sure a model may say it is, and which pictures it should not answer."""

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
    """Largest share of the validation digits that may be refused; a larger one refuses more of what is no digit."""
    floor: Share = 0.5
    """Confidence below which a picture is said to lie between two digits."""
    dimensions: PositiveInt = 40
    """Of the subspace in which the pictures of one class lie."""
    references: PositiveInt = 1000
    """Training pictures whose features are kept for comparison."""
    neighbour: PositiveInt = 5
    """Which of the nearest of them counts: the nearest itself may be an accident."""


def calibrate(model: Model, examples: Examples, calibration: Output[Calibration], config: CalibrateConfig) -> None:
    """Fit temperature and refusal threshold on the validation split, against what the training split looks like."""
    from learning.calibration import fit_calibration, fit_reference
    from learning.features import infer, with_features
    from schemas.progress import tell

    both, train, validation = with_features(model.load()), examples.read("train"), examples.read("validation")
    reference = fit_reference(
        train,
        infer(both, train.images)["features"],
        dimensions=config.dimensions,
        references=config.references,
    )
    record = fit_calibration(
        validation,
        **infer(both, validation.images),
        reference=reference,
        neighbour=min(config.neighbour, len(reference.bank)),
        floor=config.floor,
        refused=config.refused,
    )
    tell(f"calibration error {record.error_before:.4f} before, {record.error_after:.4f} after")
    Calibration.write(calibration.path, record, reference)
