"""Turn the pictures of a source upright, and warn about pictures that seem to lie another way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from components.sources.source_result import SourceResult

if TYPE_CHECKING:
    from components.sources.source_settings import Ink, Orientation
    from learning.evaluation.orientation import Lie
    from schemas.artifacts.examples import Split

__all__ = ["turned"]

UPRIGHT = "upright", False
FAR = 0.1  # gain from which on a warning is issued; of upright digits it is 0


def turned(part: SourceResult, orientation: Orientation | None, ink: Ink | None) -> SourceResult:
    """Return a source's pictures upright and with light ink, with a warning if digits still look turned or inverted.

    Args:
        part: what was read.
        orientation: how its pictures lie; None if they are upright.
        ink: whether their ink is light or dark; None if it is light.
    """
    import numpy as np

    from learning.evaluation.orientation import TURNS

    given = orientation or "upright", ink == "dark"
    splits = dict(part.splits)
    if given != UPRIGHT:
        for name, split in part.splits.items():
            images = TURNS[given[0]](255 - split.images if given[1] else split.images)
            splits[name] = replace(split, images=np.ascontiguousarray(images))
    return replace(part, splits=splits, warnings=(*part.warnings, *_warn(part, splits)))


def _warn(part: SourceResult, splits: dict[str, Split]) -> list[str]:
    """Warn if the pictures still seem to lie another way, with the settings that suit those of the source."""
    lie, raw = _look_at(splits), _look_at(part.splits)
    if lie is None or raw is None or lie.gain <= FAR:
        return []
    settings = raw.settings if raw.gain > FAR else "no orientation and no ink"
    text = (
        f"{part.source.dataset} seem to lie another way: {lie.share:.0%} of {lie.count:,} can be read as their digit, "
        f"and {lie.best:.0%} if taken as {lie.words}. Set {settings}, or the model will misread upright digits"
    )
    return [text]


def _look_at(splits: dict[str, Split]) -> Lie | None:
    from learning.evaluation.orientation import look_at, read_by_means
    from learning.synthetic.drawn_digits import DIGITS

    largest = max(splits.values(), key=len)
    return look_at(largest, read_by_means) if largest.classes == DIGITS else None
