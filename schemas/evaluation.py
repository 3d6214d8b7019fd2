"""How well one model reads one split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from schemas.artifact import Artifact

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from schemas.examples import Split

__all__ = ["DigitMetrics", "Evaluation", "Metrics"]


class DigitMetrics(BaseModel):
    """The figures of one class; None where there is nothing to divide by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: int
    precision: float | None
    recall: float | None
    f1: float | None


class Metrics(BaseModel):
    """The figures of one model on one split, by scikit-learn's definitions; None is not a number.

    Precision, recall and f1 are macro averages: the plain mean over the classes, and not a
    number where one class has none. `log_loss` is in nats.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    split: str
    count: int
    accuracy: float | None
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
    robustness: dict[str, float] = {}
    """For each kind of picture people take, drawn from this split: the share whose digit is read right."""
    refusals: dict[str, float] = {}
    """For each kind of picture that is no digit: the share that is not answered with one."""
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
            `refused`, `probabilities` (calibrated); with page checksums.
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
    def write(
        folder: Path, metrics: Metrics, split: Split, probabilities: NDArray[np.float32], refused: NDArray[np.bool_]
    ) -> None:
        """Write an evaluation into an output folder; *probabilities* has the shape [n, classes], *refused* [n]."""
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
            "probabilities": pa.FixedSizeListArray.from_arrays(  # pyright: ignore[reportUnknownMemberType]
                pa.array(np.ascontiguousarray(probabilities).reshape(-1), pa.float32()), len(split.classes)
            ),
        }
        path = folder / "predictions.parquet"
        pq.write_table(pa.table(columns), path, write_page_checksum=True)  # pyright: ignore[reportUnknownMemberType]
