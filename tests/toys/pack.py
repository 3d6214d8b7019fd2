"""A last stage: a text as a bundle."""

from __future__ import annotations

from toys.text import Text

from schemas.artifacts.artifact import Output
from schemas.artifacts.bundle import Bundle


def pack(text: Text, bundle: Output[Bundle]) -> None:
    """Write every file of a bundle."""
    for name in Bundle.CONTENT_FILES:
        (bundle.path / name).write_text(text.read(), encoding="utf-8")
