"""The threshold refuses at most the requested share, of the pictures as they are and as people save them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.model.decision import decide
from learning.calibration import fit_calibration
from schemas.artifacts.calibration import CalibrationRecord
from schemas.artifacts.examples import SIDE, Split

CLASSES = ("yes", "no", "maybe")
COUNT = 200

Saved = dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]]


def logits_for(labels: NDArray[np.int32], evidence: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return logits that read each label with this evidence (the largest logit minus their mean)."""
    logits = np.zeros((len(labels), len(CLASSES)))
    logits[np.arange(len(labels)), labels] = evidence * len(CLASSES) / (len(CLASSES) - 1)
    return logits.astype(np.float32)


LABELS = np.arange(COUNT, dtype=np.int32) % len(CLASSES)
PROOF = np.linspace(2, 6, COUNT)
SPLIT = Split(np.zeros((COUNT, SIDE, SIDE), np.uint8), LABELS, [str(i) for i in range(COUNT)], CLASSES)


def fit(saved: Saved | None = None, *, refused: float = 0.05, floor: float = 0.0) -> CalibrationRecord:
    """Fit to pictures with evidence from 2 to 6."""
    return fit_calibration(SPLIT, logits_for(LABELS, PROOF), saved or {}, floor=floor, refused=refused)


@pytest.mark.parametrize("refused", [0.0, 0.01, 0.05, 0.5])
def test_the_requested_share_is_refused(refused: float) -> None:
    """Of 200 pictures with different evidence exactly the requested share is refused."""
    assert fit(refused=refused).refused == pytest.approx(refused)


def test_pictures_that_lose_evidence_when_saved_lower_the_threshold() -> None:
    """If saved pictures have less evidence, the threshold refuses the requested share of them, and fewer others."""
    record = fit({"blurred": (LABELS, logits_for(LABELS, PROOF - 1))})
    assert record.saved == {"blurred": pytest.approx(0.05)}
    assert record.refused == 0


def test_pictures_that_keep_their_evidence_change_nothing() -> None:
    """If saved pictures have more evidence, the threshold is that of the pictures as they are."""
    assert fit({"bold": (LABELS, logits_for(LABELS, PROOF + 1))}).least == fit().least


def test_saved_pictures_that_are_misread_do_not_count() -> None:
    """Pictures read wrong may be refused, whatever their evidence."""
    wrong = (LABELS + 1) % len(CLASSES)
    record = fit({"blurred": (LABELS, logits_for(wrong.astype(np.int32), PROOF - 1))})
    assert (record.least, record.saved) == (fit().least, {})


def test_the_share_is_of_all_ways_together() -> None:
    """One hard way among easy ones may lose more than the requested share, so that the rest is still told apart."""
    ways = {"blurred": (LABELS, logits_for(LABELS, PROOF - 1))} | {
        f"easy {i}": (LABELS, logits_for(LABELS, PROOF + 2)) for i in range(4)
    }
    record = fit(ways)
    assert record.saved["blurred"] == pytest.approx(0.25, abs=0.01)
    assert record.saved["easy 0"] == 0


def test_pictures_below_the_floor_use_up_the_share() -> None:
    """If the floor refuses more than the requested share, the threshold refuses no others."""
    record = fit(floor=0.999)
    decisions = decide(logits_for(LABELS, PROOF), CLASSES, record)
    assert record.refused > 0.05
    assert not decisions.refused[decisions.confidence >= 0.999].any()


def test_without_pictures_of_any_evidence_nothing_is_unlike() -> None:
    """If the floor refuses every picture, the threshold refuses none."""
    assert fit(floor=1.0).least == 0
