"""Training keeps its best round, and says when it came to nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from scipy.special import log_softmax

from learning.feed import training_batches
from learning.fit import adam, fit, triangular_sgd
from learning.networks import build_mlp
from schemas.errors import StageError
from schemas.examples import SIDE, Split
from schemas.model import History
from schemas.progress import Progress
from tests.samples import make_transform

CLASSES = ("left", "middle", "right")
COUNT = 60
ROUNDS, ROUND_STEPS = 2, 10


def make_bars(*, wrong: bool = False) -> Split:
    """Give pictures of one bar on faint noise, labelled by its place; *wrong* labels each with the next place."""
    labels = np.arange(COUNT, dtype=np.int32) % len(CLASSES)
    images = np.random.default_rng(0).integers(0, 32, (COUNT, SIDE, SIDE), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4:24, 6 + 7 * label : 9 + 7 * label] = 255
    return Split(images, (labels + wrong) % len(CLASSES), [str(i) for i in range(COUNT)], CLASSES)


class Training:
    """One training of a small network; `fit` carries it out."""

    def __init__(self, folder: Path, validation: Split, optimizer: keras.optimizers.Optimizer) -> None:
        self.validation = validation
        self.optimizer = optimizer
        self.logs = folder / "logs"
        self.network = build_mlp(make_transform(folder / "transform"), len(CLASSES), (8,), 0.2, seed=0)

    def fit(self) -> History:
        """Train."""
        steps = ROUNDS * ROUND_STEPS
        return fit(
            self.network,
            training_batches(make_bars(), batch_size=8, steps=steps, seed=0, augment=None),
            self.validation,
            self.optimizer,
            rounds=ROUNDS,
            round_steps=ROUND_STEPS,
            label_smoothing=0.0,
            logs=self.logs,
        )

    def validation_loss(self) -> float:
        """Measure the network as it is now, without Keras."""
        logits = np.asarray(self.network(self.validation.images, training=False), np.float64)
        return float(-log_softmax(logits, axis=1)[np.arange(COUNT), self.validation.labels].mean())


def schedule(steps: int = 100, peak: float = 0.3) -> Callable[[int], float]:
    """Give the learning rate of triangular_sgd as a function of the step."""
    optimizer = triangular_sgd(steps=steps, peak=peak, weight_decay=0.0)
    return lambda step: float(optimizer._learning_rate(step))  # noqa: SLF001  (Keras shows only the present one)


def test_a_history_has_an_entry_a_round(tmp_path: Path) -> None:
    """A training of two rounds of ten steps has two entries, after steps 10 and 20."""
    history = Training(tmp_path, make_bars(), adam(0.001)).fit()
    assert [entry.step for entry in history.rounds] == [10, 20]


def test_training_learns(tmp_path: Path) -> None:
    """The best round reads what is easily told apart."""
    history = Training(tmp_path, make_bars(), adam(0.01)).fit()
    assert history.rounds[history.best].validation_accuracy > 0.9


def test_the_best_round_has_the_least_validation_loss(tmp_path: Path) -> None:
    """Where a training gets worse by validation, the best round is the first."""
    history = Training(tmp_path, make_bars(wrong=True), adam(0.01)).fit()
    assert (history.best, history.rounds[0].validation_loss < history.rounds[1].validation_loss) == (0, True)


@pytest.mark.parametrize(("wrong", "best"), [(True, 0), (False, 1)])
def test_the_weights_of_the_best_round_are_kept(tmp_path: Path, *, wrong: bool, best: int) -> None:
    """The network is left with the weights of the best round, be it the first or the last."""
    training = Training(tmp_path, make_bars(wrong=wrong), adam(0.01))
    history = training.fit()
    assert history.best == best
    assert training.validation_loss() == pytest.approx(history.rounds[best].validation_loss, rel=1e-4)


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    """Two equal trainings end with the same weights, bit for bit."""
    weights: list[list[bytes]] = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        training = Training(tmp_path / name, make_bars(), triangular_sgd(steps=20, peak=0.1, weight_decay=0.001))
        training.fit()
        weights.append([array.tobytes() for array in training.network.get_weights()])
    assert weights[0] == weights[1]


def test_a_training_that_diverges_fails(tmp_path: Path) -> None:
    """A learning rate of 1e9 ends in a StageError that names the step, not in weights that are no numbers."""
    training = Training(tmp_path, make_bars(), triangular_sgd(steps=ROUNDS * ROUND_STEPS, peak=1e9, weight_decay=0.0))
    with pytest.raises(StageError, match="training diverged by step 10") as caught:
        training.fit()
    assert caught.value.do == "lower the learning rate"


def test_progress_is_reported_step_by_step(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each step is reported, and the end of each round as a milestone."""
    with caplog.at_level(logging.DEBUG, "digits.progress"):
        Training(tmp_path, make_bars(), adam(0.001)).fit()
    progress: list[Progress] = [vars(record)["progress"] for record in caplog.records if "progress" in vars(record)]
    told = [(each.done, each.milestone) for each in progress]
    rounds = [[*((step, False) for step in range(end - 9, end + 1)), (end, True)] for end in (10, 20)]
    assert told == rounds[0] + rounds[1]


def test_events_are_written_for_tensorboard(tmp_path: Path) -> None:
    """TensorBoard's events of training and of validation lie in the folder for logs."""
    training = Training(tmp_path, make_bars(), adam(0.001))
    training.fit()
    assert {path.parent.name for path in training.logs.rglob("events.out.tfevents.*")} == {"train", "validation"}


@pytest.mark.parametrize(("step", "rate"), [(0, 0.0), (25, 0.3), (100, 0.0), (5, 0.06), (70, 0.12)])
def test_the_learning_rate_is_a_triangle(step: int, rate: float) -> None:
    """The learning rate climbs to its peak over a quarter of the steps and falls to zero over the rest."""
    assert schedule()(step) == pytest.approx(rate, abs=1e-6)


def test_the_learning_rate_is_never_negative() -> None:
    """Steps beyond the last have a learning rate of zero."""
    assert schedule()(101) == 0
