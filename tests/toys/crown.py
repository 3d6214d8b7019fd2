"""A last stage that takes its blessing as an input."""

from __future__ import annotations

from toys.text import Text

from schemas.artifacts.artifact import Output
from schemas.artifacts.blessing import Blessing
from schemas.artifacts.bundle import Bundle


def crown(text: Text, blessing: Blessing, bundle: Output[Bundle]) -> None:
    """Write every file of a bundle."""
    assert blessing.verdict.blessed
    for name in Bundle.CONTENT_FILES:
        (bundle.path / name).write_text(text.read(), encoding="utf-8")
