"""The evaluation of one model on one split: metrics and predictions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.artifacts.artifact import Artifact
from schemas.artifacts.rule_result import SliceFigure
from schemas.record import Record

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from schemas.artifacts.examples import Split

__all__ = ["CoveragePoint", "DigitMetrics", "Evaluation", "Metrics", "RiskCoverage", "Tried"]


class DigitMetrics(Record):
    """The metrics of one class; None if the denominator is 0."""

    count: int
    precision: float | None
    recall: float | None
    f1: float | None


class Tried(Record):
    """The outcome for one kind of synthetic picture."""

    right: int
    """Pictures read right or, if they are not digits, not answered."""
    count: int
    """Pictures in total."""


class CoveragePoint(Record):
    """The accuracy at one coverage: over the most confident answers only."""

    coverage: float
    """Share of all pictures that is answered, 0 to 1; *count* is rounded up."""
    count: int
    """Number of pictures answered."""
    accuracy: float
    """Share of these that is read right."""
    confidence: float
    """Lowest confidence among them; as a threshold it selects these answers."""


class RiskCoverage(Record):
    """The risk-coverage curve, ranked by confidence alone: refusals by the calibration have no influence."""

    points: list[CoveragePoint]
    """Points of falling coverage, from 1 to 0.5."""
    aurc: float
    """Area under the risk-coverage curve (Geifman, Uziel and El-Yaniv 2019, https://arxiv.org/abs/1805.08206): the
    share misread among the k most confident pictures, averaged over k from 1 to all; 0 is best."""


class Metrics(Record, kw_only=True):
    """The metrics of one model on one split, by scikit-learn's definitions; None if undefined.

    Precision, recall and f1 are macro averages: plain means over the classes, undefined if undefined for a class.
    `log_loss` is in nats.
    """

    split: str
    """Name of the split."""
    count: int
    """Number of pictures in it that the model was not trained on: those that all figures are of."""
    trained_on: int = 0
    """Number of the others, which are left out."""
    accuracy: float | None
    """Share read right, sure or unsure."""
    precision: float | None
    recall: float | None
    f1: float | None
    log_loss: float | None
    calibration_error: float | None = None
    """Expected calibration error, 15 bins."""
    coverage: float | None = None
    """Share of the pictures that is answered; the others are `unsure`."""
    answered_accuracy: float | None = None
    """Accuracy among the answered pictures."""
    answered: int | None = None
    """Number of answered pictures; None in older evaluations."""
    own: dict[str, float | None] = {}
    """The metrics of the user's own, by the names of their functions."""
    risk_coverage: RiskCoverage | None = None
    """Accuracy at lower coverage; None without pictures and in older evaluations."""
    parameters: int | None = None
    """Number of parameters of the network, trainable or not."""
    intervals: dict[str, tuple[float, float]] = {}
    """Two-sided 95 % interval of each metric by name: `accuracy`, `recall.3` for a digit, `robustness.shadow` and
    `refusals.noise` for a kind. Wilson's for shares, percentiles of a seeded bootstrap for the others; undefined
    metrics have none."""
    robustness: dict[str, float] = {}
    """For each robustness kind, rendered from this split: the share whose digit is read right."""
    refusals: dict[str, float] = {}
    """For each kind of picture that is not a digit: the share that is not answered with one."""
    slices: list[SliceFigure] = []
    """The figure of every slice that the gate has a rule on."""
    warnings: list[str] = []
    """Warnings about the model, independent of the gate."""
    robustness_tried: dict[str, Tried] = {}
    """The counts behind *robustness*."""
    refusals_tried: dict[str, Tried] = {}
    """The counts behind *refusals*."""
    per_digit: dict[str, DigitMetrics]
    """The metrics of each class, by its name."""
    confusion: list[list[int]]
    """The confusion matrix: rows are true classes, columns predicted ones, in the order of *per_digit*."""

    def scalars(self) -> dict[str, float | None]:
        """Return the metrics that are single numbers, by name; the user's own come last."""
        names = ("accuracy", "precision", "recall", "f1", "log_loss")
        more = ("calibration_error", "coverage", "answered_accuracy")
        return {name: getattr(self, name) for name in (*names, *more)} | self.own

    def by_digit(self, name: str) -> dict[str, float | None] | None:
        """Return precision, recall or f1 of each class; None for any other name."""
        if name not in {"precision", "recall", "f1"}:
            return None
        return {digit: getattr(figures, name) for digit, figures in self.per_digit.items()}


class Evaluation(Artifact):
    """An evaluation of one model on one split.

    File structure:
        metrics.json: a Metrics record.
        predictions.parquet: one row per picture, with page checksums. Columns `id`, `label` and `read` (indices of
            classes), `confidence`, `refused`, `champion` (the class name that the champion read; null without a
            champion), `probabilities` (calibrated).
    """

    @property
    def metrics(self) -> Metrics:
        """The metrics."""
        return Metrics.from_json((self.path / "metrics.json").read_bytes())

    def predictions(self) -> pa.Table:
        """Read the prediction for each picture.

        Raises:
            OSError: the file cannot be read, or a page is damaged.
        """
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
            folder: the output folder.
            metrics: the metrics.
            split: the split of n pictures that was read.
            probabilities: float32 [n, classes], calibrated.
            refused: bool [n], whether the model refuses to answer.
            champion: for each picture, the class name that the champion read; None without a champion.
        """
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        (folder / "metrics.json").write_text(json.dumps(metrics.to_values(), indent=2) + "\n", encoding="utf-8")
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
