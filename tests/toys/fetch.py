"""A stage that takes its text from a host: a file that may not exist."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from toys.text import Text

from schemas.artifacts.artifact import Output
from schemas.errors import InputError
from schemas.settings.config import Config


class FetchConfig(Config):
    """Settings."""

    host: Path = Field(json_schema_extra={"counts": "fallback"})
    """The file."""
    fallback: str | None = Field(default=None, json_schema_extra={"counts": "fallback"})
    """The text if the file does not exist."""
    patience: int = Field(default=1, json_schema_extra={"counts": "never"})
    """How long to wait for the file."""
    ending: str = ""
    """What to append to the text."""


def fetch(text: Output[Text], config: FetchConfig) -> None:
    """Write the text of the host, or else the fallback."""
    if config.host.is_file():
        Text.write(text.path, config.host.read_text() + config.ending)
        return
    config.note_unreachable()
    if config.fallback is None:
        raise InputError("the host cannot be reached", found=f"no {config.host}")
    Text.write(text.path, config.fallback + config.ending)
