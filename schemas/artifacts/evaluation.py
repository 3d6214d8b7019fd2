"""How well one model reads one split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from schemas.artifacts.artifact import Artifact

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from schemas.artifacts.examples import Split

__all__ = ["CoveragePoint", "DigitMetrics", "Evaluation", "Metrics", "RiskCoverage", "Tried"]


class DigitMetrics(BaseModel):
    """The figures of one class; None where there is nothing to divide by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: int
    precision: float | None
    recall: float | None
    f1: float | None


class Tried(BaseModel):
    """How many pictures of one kind were tried, and how many of them went as they should."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    right: int
    """Pictures read right or, where they are no digits, not answered."""
    count: int


class CoveragePoint(BaseModel):
    """How many of the pictures a model is surest of are read right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    coverage: float
    """Share of all pictures that is taken, 0 to 1; as many pictures as make it at least."""
    count: int
    """How many these are."""
    accuracy: float
    """Share of them read right."""
    confidence: float
    """The least confidence among them: to take only answers of at least this is to take these."""


class RiskCoverage(BaseModel):
    """What holding back the least sure answers is worth; nothing here depends on what the decision refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    points: list[CoveragePoint]
    """From all pictures to half of them."""
    aurc: float
    """Area under the risk-coverage curve (Geifman, Uziel and El-Yaniv 2019, https://arxiv.org/abs/1805.08206): the
    share misread among the k surest pictures, mean over k from 1 to all; 0 is best."""


class Metrics(BaseModel):
    """The figures of one model on one split, by scikit-learn's definitions; None is not a number.

    Precision, recall and f1 are macro averages: the plain mean over the classes, and not a
    number where one class has none. `log_loss` is in nats.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    split: str
    """Name of the split."""
    count: int
    """Pictures in it."""
    accuracy: float | None
    """Share read right, sure or not."""
    precision: float | None
    recall: float | None
    f1: float | None
    log_loss: float | None
    calibration_error: float | None = None
    """Expected calibration error, 15 bins."""
    coverage: float | None = None
    """Share of the pictures that are answered; the others are `unsure`."""
    answered_accuracy: float | None = None
    """Accuracy of those."""
    answered: int | None = None
    """How many are answered; None in evaluations that did not count them."""
    risk_coverage: RiskCoverage | None = None
    """How accurate the surest answers are; None without pictures, and in evaluations that did not measure it."""
    parameters: int | None = None
    """How many numbers the network has, trainable or not."""
    intervals: dict[str, tuple[float, float]] = {}
    """The two-sided 95 % interval of each figure, by its name: `accuracy`, `recall.3` of a digit, `robustness.shadow`
    and `refusals.noise` of a kind. Wilson's for shares, percentiles of a seeded bootstrap for the others; a figure
    that is not a number has none."""
    robustness: dict[str, float] = {}
    """For each kind of picture people take, drawn from this split: the share whose digit is read right."""
    refusals: dict[str, float] = {}
    """For each kind of picture that is no digit: the share that is not answered with one."""
    warnings: list[str] = []
    """What of the model should be looked at, whatever the gate says."""
    robustness_tried: dict[str, Tried] = {}
    """For each kind of *robustness*: the counts behind the share."""
    refusals_tried: dict[str, Tried] = {}
    """For each kind of *refusals*: the counts behind the share."""
    per_digit: dict[str, DigitMetrics]
    confusion: list[list[int]]
    """Rows are true classes, columns are read ones, both in the order of *per_digit*."""

    def scalars(self) -> dict[str, float | None]:
        """Give the figures that are one number, by name."""
        names = ("accuracy", "precision", "recall", "f1", "log_loss")
        more = ("calibration_error", "coverage", "answered_accuracy")
        return {name: getattr(self, name) for name in (*names, *more)}

    def by_digit(self, name: str) -> dict[str, float | None] | None:
        """Give one figure for each class; None where there is no such figure."""
        if name not in {"precision", "recall", "f1"}:
            return None
        return {digit: getattr(figures, name) for digit, figures in self.per_digit.items()}


class Evaluation(Artifact):
    """An evaluation of one model on one split.

    File structure:
        metrics.json: a Metrics record.
        predictions.parquet: one row a picture: `id`, `label`, `read`, `confidence`,
            `refused`, `champion` (the name of the class that the champion read; null without one),
            `probabilities` (calibrated); with page checksums. `label` and `read` are positions of classes.
    """

    @property
    def metrics(self) -> Metrics:
        """The figures."""
        return Metrics.model_validate_json((self.path / "metrics.json").read_bytes())

    def predictions(self) -> pa.Table:
        """Read the prediction for each picture; raises OSError where a page is damaged."""
        import pyarrow.parquet as pq

        return pq.read_table(  # pyright: ignore[reportUnknownMemberType]
            self.path / "predictions.parquet", page_checksum_verification=True
        )

    @staticmethod
    def write(  # noqa: PLR0913, PLR0917  (columns of one table)
        folder: Path,
        metrics: Metrics,
        split: Split,
        probabilities: NDArray[np.float32],
        refused: NDArray[np.bool_],
        champion: list[str] | None = None,
    ) -> None:
        """Write an evaluation into an output folder.

        Args:
            folder: of the output.
            metrics: the figures.
            split: of n pictures, which was read.
            probabilities: float32 [n, classes].
            refused: bool [n], which pictures are not answered.
            champion: for each picture the name of the class that the champion read; None without one.
        """
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        (folder / "metrics.json").write_text(
            json.dumps(metrics.model_dump(mode="json"), indent=2) + "\n", encoding="utf-8"
        )
        columns: dict[str, Any] = {
            "id": pa.array(list(split.ids), pa.string()),
            "label": pa.array(split.labels, pa.int32()),
            "read": pa.array(probabilities.argmax(axis=1), pa.int32()),
            "confidence": pa.array(probabilities.max(axis=1), pa.float32()),
            "refused": pa.array(refused, pa.bool_()),
            "champion": pa.array(champion or [None] * len(split), pa.string()),
            "probabilities": pa.FixedSizeListArray.from_arrays(  # pyright: ignore[reportUnknownMemberType]
                pa.array(np.ascontiguousarray(probabilities).reshape(-1), pa.float32()), len(split.classes)
            ),
        }
        path = folder / "predictions.parquet"
        pq.write_table(pa.table(columns), path, write_page_checksum=True)  # pyright: ignore[reportUnknownMemberType]
