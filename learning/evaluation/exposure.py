"""Which test pictures a model or the champion was trained on: those prove nothing about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.artifacts.comparison import Exposure
from schemas.artifacts.picture_set import PictureSet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.bundle import Bundle
    from schemas.artifacts.examples import Examples, Split
    from schemas.artifacts.model import Model

__all__ = ["find_seen", "measure_exposure", "trained_on"]

LEARNT_FROM = ("train", "validation")
"""The splits that a model is fitted and selected on."""


def trained_on(model: Model, examples: Examples) -> PictureSet:
    """Return the pictures that a model was trained on, as it says, or else those of these examples to train on."""
    known = model.trained_on
    if known is not None:
        return known
    return PictureSet.of(*(examples.read(name).images for name in LEARNT_FROM if name in examples.splits))


def find_seen(split: Split, known: PictureSet | None) -> NDArray[np.bool_]:
    """Return which pictures of a split are in a set, bool [n]; none if the set is not known."""
    import numpy as np

    return np.zeros(len(split), bool) if known is None else known.holds(split.images)


def measure_exposure(
    own: NDArray[np.bool_], champion: Bundle | None, seen: NDArray[np.bool_], *, known: bool
) -> Exposure:
    """Return how many test pictures each of two models was trained on.

    Args:
        own: whether the model was trained on each test picture, bool [n].
        champion: the bundle that it is compared with, if there is one.
        seen: whether the champion was, bool [n].
        known: whether the champion says what it was trained on.
    """
    return Exposure(
        test=len(own),
        model=int(own.sum()),
        version=champion.path.name if champion else "",
        champion=int(seen.sum()) if champion and known else None,
        unseen=int((~(own | seen)).sum()),
    )
