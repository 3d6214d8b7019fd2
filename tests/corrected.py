"""Corrections, as the page of `digits serve` stores them."""

from __future__ import annotations

from pathlib import Path

from learning.synthetic.encoding import encode_png
from pipeline.corrections import store_correction
from schemas.artifacts.corrections import Correction, Kept
from tests.samples import draw_digit

__all__ = ["correct", "picture"]


def picture(text: str, number: int = 0) -> bytes:
    """Return a PNG of a digit; *number* sets its rotation."""
    return encode_png(draw_digit(text, number))


def correct(artifacts: Path, content: bytes, digit: str) -> Kept:
    """Store a picture with its right digit; the model said 1, say."""
    correction = Correction(
        picture=Correction.name_of(content),
        digit=digit,
        decision="unsure",
        reason="between 1 and 7",
        guess="1",
        confidence=0.5,
        model="v0001-00000000",
    )
    return store_correction(artifacts, correction, content)
