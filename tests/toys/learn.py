"""A stage that writes a model which another program would have trained: its figures follow from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from toys.hold import hold
from toys.text import Text

from schemas.artifacts import model as models
from schemas.artifacts.artifact import Output
from schemas.artifacts.model import History, Round
from schemas.errors import StageError
from schemas.manifest import FileEntry
from schemas.settings.config import Config


class Model(models.Model):
    """File structure: history.json."""

    @classmethod
    def content(cls, path: Path, files: Mapping[str, FileEntry]) -> str:
        """Return the digest of the file, as of other artifacts."""
        return super(models.Model, cls).content(path, files)


class LearnConfig(Config):
    """Settings."""

    rate: float = 0.5
    """The accuracy is best at 0.5; a training whose rate exceeds its seed by more than 1 diverges."""
    seed: int = 0
    """Adds a hundredth each."""


def learn(text: Text, model: Output[Model], config: LearnConfig) -> None:
    """Write the history of a training of one round."""
    text.read()
    hold(f"learn.{config.seed}")
    if config.rate - config.seed > 1:
        raise StageError("the training diverged", found=f"rate {config.rate}", expected="a smaller one")
    accuracy = 0.9 - abs(config.rate - 0.5) + config.seed / 100
    figures = Round(step=1, loss=0.1, accuracy=1, validation_loss=1 - accuracy, validation_accuracy=accuracy)
    (model.path / "history.json").write_text(History(rounds=[figures], best=0).to_json())
