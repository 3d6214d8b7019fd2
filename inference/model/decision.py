"""Turn logits into decisions: calibrated probabilities, and whether to answer a picture at all.

The evidence for a picture is its largest logit minus the mean of its logits. A network that is trained to answer
pictures without a digit evenly (learning/synthetic/strangers/) has little evidence for others too. `python -m
tests.benchmarks.reading.refusal` compares this score with others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.artifacts.class_noun import noun

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.calibration import CalibrationRecord

__all__ = ["Decisions", "decide", "evidence", "softmax"]

# Evidence over temperature. The rules on marks and touching digits were chosen on a model whose least evidence was 3.77
# times its temperature. The least depends on a few pictures, the temperature on all: in units of the least, 8.4 % of
# the touching pairs are answered wrong by the present starter model, in these units 2.0 %.
USUAL = 3.55


@dataclass(frozen=True)
class Decisions:
    """The answers for n pictures.

    Attributes:
        classes: the name of each class.
        probabilities: float32 [n, classes], calibrated.
        read: int64 [n], index of the likeliest class.
        runner_up: int64 [n], index of the second likeliest class.
        confidence: float32 [n], probability of the likeliest class.
        evidence: float32 [n], the largest logit minus the mean of the logits.
        least: evidence below which a picture is unlike any class.
        unit: evidence that the rules on marks and on touching digits count in, at least *least*.
        floor: confidence below which a picture lies between two classes.
    """

    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]
    read: NDArray[np.int64]
    runner_up: NDArray[np.int64]
    confidence: NDArray[np.float32]
    evidence: NDArray[np.float32]
    least: float
    unit: float
    floor: float

    @property
    def refused(self) -> NDArray[np.bool_]:
        """Whether each picture is not answered, bool [n]."""
        return (self.evidence < self.least) | (self.confidence < self.floor)

    def units(self, position: int) -> float:
        """Return the evidence for what a picture is read as, in units; infinity if it is unlike any class anyway."""
        found = float(self.evidence[position])
        return math.inf if found < self.least else found / self.unit

    def unsure(self, position: int) -> str:
        """Return why a picture is not answered; '' if it is."""
        if self.evidence[position] < self.least:
            return f"unlike any {noun(self.classes)}"
        if self.confidence[position] < self.floor:
            first, second = sorted(int(each[position]) for each in (self.read, self.runner_up))
            return f"between {self.classes[first]} and {self.classes[second]}"
        return ""


def decide(logits: NDArray[np.float32], classes: tuple[str, ...], record: CalibrationRecord) -> Decisions:
    """Decide on n pictures.

    Args:
        logits: float32 [n, classes].
        classes: the name of each class.
        record: the calibration.
    """
    import numpy as np

    probabilities = softmax(logits / record.temperature)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    return Decisions(
        classes,
        probabilities,
        read=order[:, 0],
        runner_up=order[:, min(1, order.shape[1] - 1)],
        confidence=probabilities.max(axis=1, initial=0),
        evidence=evidence(logits),
        least=record.least,
        unit=max(record.least, USUAL * record.temperature),
        floor=record.floor,
    )


def evidence(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the evidence for each picture's likeliest class, float32 [n], from logits [n, classes]."""
    import numpy as np

    return np.asarray(logits.max(axis=1, initial=-np.inf) - logits.mean(axis=1), np.float32)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the softmax of logits [n, classes], float32, same shape."""
    import numpy as np

    powers = np.exp((logits - logits.max(axis=1, keepdims=True)).astype(np.float64))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
