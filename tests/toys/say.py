"""A first stage: writes a word, fails or waits, as its config says."""

from __future__ import annotations

import sys
import time

from toys.hold import hold
from toys.text import Text

from schemas.artifacts.artifact import Output
from schemas.errors import InputError
from schemas.settings.config import Config


class SayConfig(Config):
    """Settings."""

    word: str = "hello"
    """The word to write."""
    times: int = 1
    """Number of repetitions."""
    fail: str = ""
    """Message of a ValueError to raise, after one line on each standard stream."""
    corrupt: bool = False
    """Raise an InputError."""
    seconds: float = 0
    """Seconds to wait at the end."""
    silent: bool = False
    """Write nothing."""


def say(text: Output[Text], config: SayConfig) -> None:
    """Write a word, a number of times."""
    print("chatter on standard output")
    print("chatter on standard error", file=sys.stderr)
    if config.fail:
        raise ValueError(config.fail)
    if config.corrupt:
        raise InputError("the word is corrupt", found="a typo", expected="a word", do="spell it")
    if not config.silent:
        Text.write(text.path, " ".join([config.word] * config.times))
    (text.scratch / "kept").touch()
    time.sleep(config.seconds)
    hold("say")
