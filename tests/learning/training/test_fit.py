"""Training keeps its best round, resumes after an interruption, and fails if it diverges."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import log_softmax

from learning.training.fit import fit
from learning.training.networks import build_mlp
from learning.training.recipes import Recipe
from schemas.artifacts.examples import SIDE, Split
from schemas.artifacts.model import History, Model
from schemas.errors import StageError
from schemas.progress import Progress
from tests.machines.margin import at_least
from tests.machines.varied import SEED
from tests.samples import make_transform

CLASSES = ("left", "middle", "right")
COUNT = 60
ROUNDS, ROUND_STEPS = 2, 10
THOROUGH: dict[str, Any] = {"rounds": 4, "optimizer": "sgd", "learning_rate": 0.1, "augment": {}}


def make_bars(*, wrong: bool = False) -> Split:
    """Return pictures of one bar on faint noise, labelled by its place; *wrong* shifts each label by one place."""
    labels = np.arange(COUNT, dtype=np.int32) % len(CLASSES)
    images = np.random.default_rng(0).integers(0, 32, (COUNT, SIDE, SIDE), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4:24, 6 + 7 * label : 9 + 7 * label] = 255
    return Split(images, (labels + wrong) % len(CLASSES), [str(i) for i in range(COUNT)], CLASSES)


class Training:
    """A training of a small network; `fit` runs it."""

    def __init__(self, folder: Path, validation: Split, *, rounds: int = ROUNDS, **settings: object) -> None:
        self.validation = validation
        self.folder = folder
        self.recipe = Recipe.model_validate(
            {"network": "mlp", "steps": rounds * ROUND_STEPS, "rounds": rounds, "batch_size": 8}
            | {"optimizer": "adam", "learning_rate": 0.001, "label_smoothing": 0, "augment": None}
            | settings
        )
        self.network = build_mlp(make_transform(folder / "transform"), len(CLASSES), seed=SEED)

    def fit(self) -> History:
        """Train."""
        return fit(
            self.network,
            make_bars(),
            self.validation,
            self.recipe,
            seed=SEED,
            scratch=self.folder,
            logs=self.folder / "logs",
        )

    def validation_loss(self) -> float:
        """Measure the current network without Keras."""
        logits = np.asarray(self.network(self.validation.images, training=False), np.float64)
        return float(-log_softmax(logits, axis=1)[np.arange(COUNT), self.validation.labels].mean())


def make_folder(parent: Path, name: str) -> Path:
    """Make a folder."""
    (parent / name).mkdir()
    return parent / name


def interrupt(training: Training, *, after: int) -> None:
    """Interrupt a training in the middle of the round that follows *after* rounds."""

    class Interrupt(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if vars(record)["progress"].done > after * ROUND_STEPS:
                raise KeyboardInterrupt

    with _heard_by(Interrupt()):
        training.fit()


@dataclass(frozen=True)
class Trained:
    """A training that has ended, its history, and what it reported."""

    folder: Path
    history: History
    reported: list[Progress]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Return a training of two rounds. Read-only."""
    reported: list[Progress] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "progress" in vars(record):
                reported.append(vars(record)["progress"])

    folder = tmp_path_factory.mktemp("plain")
    with _heard_by(Keep()):
        history = Training(folder, make_bars()).fit()
    return Trained(folder, history, reported)


@contextmanager
def _heard_by(handler: logging.Handler) -> Generator[None]:
    """Send all progress to a handler."""
    logger = logging.getLogger("digits.progress")
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


def test_a_history_has_an_entry_a_round(plain: Trained) -> None:
    """A training of two rounds of ten steps has two entries, after steps 10 and 20."""
    assert [entry.step for entry in plain.history.rounds] == [10, 20]


def test_training_learns(tmp_path: Path) -> None:
    """The best round reads easily separable pictures."""
    history = Training(tmp_path, make_bars(), learning_rate=0.01).fit()
    assert history.rounds[history.best].validation_accuracy * COUNT >= at_least(0.9, COUNT)


def test_the_best_round_has_the_lowest_validation_loss(tmp_path: Path) -> None:
    """If the validation loss rises, the first round is the best."""
    history = Training(tmp_path, make_bars(wrong=True), learning_rate=0.01).fit()
    assert (history.best, history.rounds[0].validation_loss < history.rounds[1].validation_loss) == (0, True)


@pytest.mark.parametrize(("wrong", "best"), [(True, 0), (False, 1)])
def test_the_weights_of_the_best_round_are_kept(tmp_path: Path, *, wrong: bool, best: int) -> None:
    """The network ends with the weights of the best round, whether it is the first or the last."""
    training = Training(tmp_path, make_bars(wrong=wrong), learning_rate=0.0005)
    history = training.fit()
    assert history.best == best
    assert training.validation_loss() == pytest.approx(history.rounds[best].validation_loss, rel=1e-2)


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    """Two equal trainings end with the same weights, bit for bit."""
    weights: list[list[bytes]] = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        training = Training(tmp_path / name, make_bars(), optimizer="sgd", learning_rate=0.1, augment={})
        training.fit()
        weights.append([array.tobytes() for array in training.network.get_weights()])
    assert weights[0] == weights[1]


def test_plain_keras_loads_and_trains_on(tmp_path: Path) -> None:
    """Keras alone loads a trained network, with no class of ours, compiles it anew and continues."""
    import keras

    training = Training(tmp_path, make_bars(), optimizer="sgd", learning_rate=0.1, augment={})
    Model.write(tmp_path, training.network, CLASSES, training.fit())
    saving: Any = keras.saving
    loaded = saving.load_model(tmp_path / "model.keras")
    assert not loaded.compiled
    np.testing.assert_array_equal(loaded(make_bars().images), training.network(make_bars().images))
    loaded.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert loaded.train_on_batch(make_bars().images, make_bars(wrong=True).labels) > 0


def test_a_training_that_diverges_fails(tmp_path: Path) -> None:
    """A learning rate of 1e9 ends in a StageError that names the step."""
    training = Training(tmp_path, make_bars(), optimizer="sgd", learning_rate=1e9)
    with pytest.raises(StageError, match="training diverged by step 10") as caught:
        training.fit()
    assert caught.value.do == "lower the learning rate"


def test_progress_is_reported(plain: Trained) -> None:
    """Each return from TensorFlow is reported, and the end of each round is a milestone."""
    reported = [(each.done, each.milestone) for each in plain.reported]
    assert reported == [(10, False), (10, True), (20, False), (20, True)]


@pytest.mark.parametrize(("part", "prefix"), [("train", ""), ("validation", "validation_")])
def test_events_are_written_for_tensorboard(part: str, prefix: str, plain: Trained) -> None:
    """The logs folder holds, for TensorBoard, loss and accuracy of each round of training and validation."""
    [file] = (plain.folder / "logs" / part).glob("events.out.tfevents.*")
    names = ("loss", "accuracy")
    expected = [(each.step, name, getattr(each, prefix + name)) for each in plain.history.rounds for name in names]
    assert [(step, name, pytest.approx(value)) for step, name, value in _scalars(file)] == expected


def _scalars(file: Path) -> list[tuple[int, str, float]]:
    """Return step, name and value of each event that TensorBoard shows as a scalar."""
    import tensorflow as tf

    events = [tf.compat.v1.Event.FromString(each.numpy()) for each in tf.data.TFRecordDataset(str(file))]
    values = [(event.step, value) for event in events for value in event.summary.value]
    assert {value.metadata.plugin_data.plugin_name for _, value in values} == {"scalars"}
    return [(step, value.tag, float(tf.make_ndarray(value.tensor))) for step, value in values]


def test_an_interrupted_training_resumes(tmp_path: Path) -> None:
    """A training that resumes from a checkpoint ends with the weights of an uninterrupted one."""
    whole = Training(make_folder(tmp_path, "whole"), make_bars(), **THOROUGH)
    history = whole.fit()

    first = Training(make_folder(tmp_path, "cut"), make_bars(), **THOROUGH)
    with pytest.raises(KeyboardInterrupt):
        interrupt(first, after=2)
    second = Training(make_folder(tmp_path, "second"), make_bars(), **THOROUGH)
    second.folder = first.folder
    assert second.fit() == history
    assert [a.tobytes() for a in second.network.get_weights()] == [b.tobytes() for b in whole.network.get_weights()]


def test_resuming_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A training that resumes reports its first step."""
    training = Training(tmp_path, make_bars(), **THOROUGH)
    with pytest.raises(KeyboardInterrupt):
        interrupt(training, after=2)
    with caplog.at_level(logging.INFO, "digits.progress"):
        training.fit()
    assert "resumes at step 20 of 40" in caplog.messages


@pytest.mark.parametrize("damage", [b"", b"PK damaged"])
def test_a_damaged_checkpoint_is_ignored(tmp_path: Path, damage: bytes) -> None:
    """With an unreadable checkpoint, training starts from the beginning."""
    (tmp_path / "checkpoint.npz").write_bytes(damage)
    assert len(Training(tmp_path, make_bars()).fit().rounds) == ROUNDS


def test_a_finished_training_is_not_repeated(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A training killed between its last round and its publication takes no step again."""
    training = Training(tmp_path, make_bars())
    history = training.fit()
    caplog.clear()  # another test of the process may have left the logger talkative
    with caplog.at_level(logging.DEBUG, "digits.progress"):
        assert training.fit() == history
    assert [message for message in caplog.messages if message.startswith("step")] == []


def test_patience_stops_a_training_that_gets_no_better(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After the best round, as many more are taken as patience allows; the best one is kept."""
    training = Training(tmp_path, make_bars(wrong=True), rounds=6, learning_rate=0.01, patience=2)
    with caplog.at_level(logging.INFO, "digits.progress"):
        history = training.fit()
    assert len(history.rounds) == history.best + 3 < 6
    assert caplog.messages[-1] == f"stops at step {history.rounds[-1].step}: no lower validation loss in 2 rounds"


def test_a_training_that_was_stopped_is_not_taken_up_again(tmp_path: Path) -> None:
    """A training killed between its early end and its publication takes no step again."""
    training = Training(tmp_path, make_bars(wrong=True), rounds=6, learning_rate=0.01, patience=2)
    history = training.fit()
    assert training.fit() == history


def test_balanced_classes_have_equal_weights_in_the_loss(tmp_path: Path) -> None:
    """The validation loss of a network that has learned next to nothing is the mean of the classes' own losses."""
    uneven = make_bars().take(np.flatnonzero((np.arange(COUNT) % 3 == 0) | (np.arange(COUNT) < 15)))
    training = Training(tmp_path, uneven, rounds=1, learning_rate=1e-9, class_weights="balanced")
    history = fit(
        training.network, uneven, uneven, training.recipe, seed=SEED, scratch=tmp_path, logs=tmp_path / "logs"
    )
    logits = np.asarray(training.network(uneven.images, training=False), np.float64)
    losses = -log_softmax(logits, axis=1)[np.arange(len(uneven)), uneven.labels]
    expected = np.mean([losses[uneven.labels == label].mean() for label in range(len(CLASSES))])
    assert history.rounds[0].validation_loss == pytest.approx(expected, rel=1e-5)
