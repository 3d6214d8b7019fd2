"""Two models on the same pictures: which reads more of them, and whether that can be chance."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["Comparison"]


class Comparison(BaseModel):
    """A model against the champion, picture by picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    champion: str
    """Version of the champion's bundle: v0003-8f3c1d2a."""
    content: str
    """Content digest of that bundle."""
    count: int
    """Pictures that both have read: the test split."""
    accuracy: float
    """Share that the model reads right."""
    champion_accuracy: float
    """Share that the champion reads right, measured now on the same pictures."""
    difference: float
    """The first less the second."""
    interval: tuple[float, float]
    """Of the difference, 95 %, by a paired bootstrap over the pictures."""
    better: int
    """Pictures that only the model reads right (McNemar's c)."""
    worse: int
    """Pictures that only the champion reads right (McNemar's b)."""
    p: float
    """Of the exact two-sided McNemar test: how likely so uneven a split is if both models are equally good."""
    better_ids: list[str]
    """Ids of the pictures that got better, the first 50 in the order of the split."""
    worse_ids: list[str]
    """Ids of the pictures that got worse, the first 50 in the order of the split."""
