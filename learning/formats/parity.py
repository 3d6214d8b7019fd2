"""Prove that the formats of a bundle answer like the network they were made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from inference.model.decision import Decisions, decide, softmax
from learning.evaluation.comparison import mcnemar
from learning.logits import infer
from schemas.artifacts.examples import SIDE
from schemas.artifacts.formats import FORMATS
from schemas.errors import StageError
from schemas.progress import report_part

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from inference.model.processes import FormatProcesses
    from schemas.artifacts.calibration import CalibrationRecord
    from schemas.artifacts.examples import Split

__all__ = ["Parity", "Proven", "edge_inputs", "loses_too_much", "prove_parity"]

LOGITS = 1e-4
"""Largest difference of a logit, divided by 1 + its absolute value: they are sums of terms that are far larger."""
POINTS = 100
FEW = 5
"""Pictures that the largest loss must come to for the loss to count as it is."""
CHANCE = 0.1
"""p-value of McNemar's two-sided test below which the loss on fewer pictures counts: 0.05 on the side of a loss."""


@dataclass(frozen=True)
class Parity:
    """What every format has to answer, and by how much it may differ.

    Attributes:
        test: the test pictures; at least one.
        edges: uint8 [m, 28, 28], pictures that are no digits.
        record: the calibration.
        tolerance: largest difference of a probability of a float format.
        int8_loss: largest loss of accuracy of an 8-bit format, 0 to 1.
    """

    test: Split
    edges: NDArray[np.uint8]
    record: CalibrationRecord
    tolerance: float
    int8_loss: float


class Proven(NamedTuple):
    """What the proof has found for n test pictures.

    Attributes:
        logits: float32 [n, classes], of the network.
        same: bool [n], whether every format reads the picture as the network does.
    """

    logits: NDArray[np.float32]
    same: NDArray[np.bool_]


def edge_inputs(count: int) -> NDArray[np.uint8]:
    """Return pictures at the edge of what a network may be shown, uint8 [count, 28, 28], the same in every process.

    The first is all 0, the second all 255; the others are noise, from a few pixels to all of them.
    """
    import numpy as np

    generator = np.random.default_rng(0)
    noise = generator.integers(0, 256, (count, SIDE, SIDE), np.uint8)
    noise[generator.random(noise.shape) > np.linspace(0.01, 1, count)[:, np.newaxis, np.newaxis]] = 0
    noise[:1], noise[1:2] = 0, 255
    return noise


def prove_parity(network: keras.Model, processes: FormatProcesses, parity: Parity) -> Proven:
    """Run every format in its fresh process and compare its answers with the network's.

    Raises:
        StageError: a format cannot be loaded, or answers unlike the network.
    """
    import numpy as np

    images = np.concatenate([parity.test.images, parity.edges])
    logits = infer(network, images)
    processes.show(images)
    count, same = len(parity.test), np.ones(len(parity.test), np.bool_)
    for done, name in enumerate(processes.formats):
        title = FORMATS[name].title
        report_part(f"comparing {title} with the model", done, len(processes.formats))
        answers = processes.answers(name)
        if name == "litert_int8":
            _compare_accuracy(title, answers["logits"][:count], logits[:count], parity)
        else:
            _compare_outputs(title, answers, logits, parity)
        same &= answers["logits"][:count].argmax(axis=1) == logits[:count].argmax(axis=1)
    return Proven(logits[:count], same)


def _compare_outputs(
    title: str, answers: dict[str, NDArray[np.float32]], logits: NDArray[np.float32], parity: Parity
) -> None:
    import numpy as np

    probabilities = softmax(logits / parity.record.temperature)
    largest = {
        "probabilities": float(np.abs(answers["probabilities"] - probabilities).max()),
        "logits": float((np.abs(answers["logits"] - logits) / (1 + np.abs(logits))).max()),
    }
    if not (largest["probabilities"] < parity.tolerance and largest["logits"] < LOGITS):  # nor if one is not a number
        raise StageError(
            f"the {title} format disagrees with the model",
            found=", ".join(f"{name} differ by up to {each:.2g}" for name, each in largest.items()),
            expected=f"probabilities: less than {parity.tolerance:g}; logits: less than {LOGITS:g}, relatively",
        )
    own, other = (decide(each, (), parity.record) for each in (logits, answers["logits"]))
    _compare_decisions(title, other, own, parity.tolerance)
    if "digit" in answers and not np.array_equal(answers["digit"], answers["logits"].argmax(axis=1)):
        raise StageError(f"the {title} format contradicts itself", found="digits that are not the likeliest")


def _compare_decisions(title: str, other: Decisions, own: Decisions, tolerance: float) -> None:
    """Require equal digits and equal refusals, except where the network itself is at a threshold or between two."""
    import numpy as np

    lead = own.confidence - np.take_along_axis(own.probabilities, own.runner_up[:, np.newaxis], axis=1)[:, 0]
    tied = (lead < 2 * tolerance) & (other.read == own.runner_up)
    clear = np.abs(own.evidence - own.least) > LOGITS * (1 + np.abs(own.evidence))
    clear &= np.abs(own.confidence - own.floor) > tolerance
    differing = int(np.sum(((other.read != own.read) & ~tied) | ((other.refused != own.refused) & clear)))
    if differing:
        raise StageError(
            f"the {title} format decides differently from the model",
            found=f"{differing} of {len(own.read)} decisions differ",
            expected="the same digits and refusals",
        )


def _compare_accuracy(title: str, answered: NDArray[np.float32], logits: NDArray[np.float32], parity: Parity) -> None:
    import numpy as np

    own, other = (each.argmax(axis=1) == parity.test.labels for each in (logits, answered))
    lost, won = int(np.sum(own & ~other)), int(np.sum(other & ~own))
    if loses_too_much(lost, won, len(own), parity.int8_loss):
        raise StageError(
            f"the {title} format is less accurate than the model",
            found=f"{POINTS * np.mean(other):.2f} %, {POINTS * (lost - won) / len(own):.2f} points less: "
            f"of {len(own):,} test pictures only the model reads {lost:,} right, only the format {won:,}",
            expected=f"at most {POINTS * parity.int8_loss:g} points less",
            do="leave litert_int8 out of export.formats",
        )


def loses_too_much(lost: int, won: int, count: int, most: float) -> bool:
    """Return whether a format is less accurate than its network by more than may be.

    If the largest loss comes to 5 pictures or more, as 0.05 points of 10,000 do, the loss counts as it is. Of fewer
    pictures one alone may be more than the largest loss; then a loss must also be more than chance explains: McNemar's
    exact test, 0.05 on the side of a loss.

    Args:
        lost: pictures that only the network reads right.
        won: pictures that only the format reads right.
        count: of all pictures.
        most: the largest loss of accuracy, 0 to 1.
    """
    if lost - won <= most * count:
        return False
    return most * count >= FEW or mcnemar(won, lost) < CHANCE
