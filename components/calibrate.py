"""Calibrate a model: fit its temperature and the threshold for refusing pictures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, NonNegativeInt

from schemas.artifacts.artifact import Output
from schemas.artifacts.calibration import Calibration
from schemas.artifacts.examples import Examples
from schemas.artifacts.model import Model
from schemas.settings.config import Config

__all__ = ["CalibrateConfig", "calibrate"]

Share = Annotated[float, Field(ge=0, lt=1)]


class CalibrateConfig(Config):
    """Settings of the calibrate stage."""

    refused: Share = 0.005
    """Largest share of the validation digits that may be refused, as they are and as people save them; a larger share
    refuses more of what is not a digit, too."""
    floor: Share = 0.5
    """Confidence below which a picture is refused as between two digits."""
    saved: NonNegativeInt = 40
    """Number of validation pictures that are saved in each way that people save digits (small, thick, blurred,
    compressed and so on), read back, and count for the threshold; 0 for none."""
    seed: NonNegativeInt = 0
    """Seed of the ways of saving."""


def calibrate(model: Model, examples: Examples, calibration: Output[Calibration], config: CalibrateConfig) -> None:
    """Fit the temperature on the validation split, and the refusal threshold on it and on copies saved in many ways."""
    from learning.calibration import fit_calibration
    from learning.logits import infer
    from learning.synthetic.ways import read_back
    from schemas.progress import report_part, tell

    report_part("loading the model")
    network, validation = model.load(), examples.read("validation")
    logits = infer(network, validation.images, "validation pictures")
    saved = read_back(validation, per_way=config.saved, seed=config.seed)
    report_part("temperature and threshold")
    record = fit_calibration(
        validation,
        logits,
        {way: (labels, infer(network, images)) for way, (images, labels) in saved.items()},
        floor=config.floor,
        refused=config.refused,
    )
    tell(f"calibration error {record.error_before:.4f} before, {record.error_after:.4f} after")
    Calibration.write(calibration.path, record)
