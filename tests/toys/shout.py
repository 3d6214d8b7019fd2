"""A second stage: the text in capitals."""

from __future__ import annotations

from toys.louder import louder
from toys.text import Text

from schemas.artifacts.artifact import Output
from schemas.settings.config import Config


class ShoutConfig(Config):
    """Settings."""

    end: str = "!"
    """The end of the text."""


def shout(text: Text, shouted: Output[Text], config: ShoutConfig) -> None:
    """Shout a text."""
    Text.write(shouted.path, louder(text.read()) + config.end)
