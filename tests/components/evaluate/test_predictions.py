"""The predictions: a row a picture, and damage to them is found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from schemas.artifacts.evaluation import Evaluation
from schemas.artifacts.model import Model
from tests.components.evaluate.stage import (
    LABELS,
    NOTHING,
    PROBABILITIES,
    READ,
    Evaluated,
    evaluate_split,
    greys_for,
    pictures,
)

pytestmark = pytest.mark.usefixtures("tensorflow_session")


def test_predictions_have_a_row_a_picture(evaluated: Evaluated) -> None:
    """Each prediction holds the picture's id, its label and its reading."""
    table = evaluated.evaluation.predictions().select(["id", "label", "read"])
    assert table.to_pylist() == [
        {"id": f"id-{i:04}", "label": label, "read": read}
        for i, (label, read) in enumerate(zip(LABELS, READ.tolist(), strict=True))
    ]


def test_predictions_hold_the_probabilities(evaluated: Evaluated) -> None:
    """Each prediction holds the probability of every class."""
    rows = evaluated.evaluation.predictions()["probabilities"].to_pylist()
    np.testing.assert_allclose(np.array(rows, np.float64), PROBABILITIES, atol=1e-6)


def test_predictions_hold_the_confidence(evaluated: Evaluated) -> None:
    """The confidence of a prediction is the probability of its reading."""
    confidences = evaluated.evaluation.predictions()["confidence"].to_numpy()
    np.testing.assert_allclose(confidences, PROBABILITIES.max(axis=1), atol=1e-6)


@pytest.mark.parametrize(
    "column", [0, 1, 2, 3, 4, 6], ids=["id", "label", "read", "confidence", "refused", "probabilities"]
)
def test_a_damaged_page_is_found(evaluated: Evaluated, tmp_path: Path, column: int) -> None:
    """If one byte of a data page changes, reading the predictions fails."""
    intact = evaluated.evaluation.path / "predictions.parquet"
    chunk = pq.ParquetFile(intact).metadata.row_group(0).column(column)
    first = chunk.dictionary_page_offset or chunk.data_page_offset
    damaged = bytearray(intact.read_bytes())
    damaged[first + chunk.total_compressed_size - 1] ^= 0xFF
    (tmp_path / "predictions.parquet").write_bytes(damaged)
    with pytest.raises(OSError, match="checksum verification failed"):
        Evaluation(tmp_path).predictions()


def test_an_empty_split_has_empty_predictions(model: Model, tmp_path: Path) -> None:
    """The predictions of an empty test split are an empty table."""
    assert len(evaluate_split(tmp_path, model, NOTHING).evaluation.predictions()) == 0


def test_more_pictures_than_a_batch_are_all_read(model: Model, tmp_path: Path) -> None:
    """Pictures beyond the first batch of a thousand are read, in order."""
    read = [i // 7 % 10 for i in range(1003)]
    table = evaluate_split(tmp_path, model, pictures([0] * 1003, greys_for(read))).evaluation.predictions()
    assert table["read"].to_pylist() == read
