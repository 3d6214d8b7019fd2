"""The comparison of a model with the champion on the same pictures."""

from __future__ import annotations

from schemas.record import Record

__all__ = ["Comparison"]


class Comparison(Record):
    """A model compared with the champion, picture by picture."""

    champion: str
    """Version of the champion's bundle, such as v0003-8f3c1d2a."""
    content: str
    """Content digest of that bundle."""
    count: int
    """Number of pictures that both read: the test split."""
    accuracy: float
    """Share that the model reads right."""
    champion_accuracy: float
    """Share that the champion reads right, measured on the same pictures."""
    difference: float
    """*accuracy* minus *champion_accuracy*."""
    interval: tuple[float, float]
    """95 % interval of the difference, by a paired bootstrap over the pictures."""
    better: int
    """Pictures that only the model reads right (McNemar's c)."""
    worse: int
    """Pictures that only the champion reads right (McNemar's b)."""
    p: float
    """p-value of the exact two-sided McNemar test: how likely so uneven a split is if both models are equally good."""
    better_ids: list[str]
    """Ids of the pictures that only the model reads right, the first 50 in the order of the split."""
    worse_ids: list[str]
    """Ids of the pictures that only the champion reads right, the first 50 in the order of the split."""
