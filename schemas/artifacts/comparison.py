"""The comparison of a model with the champion on the same pictures, and which of those they were trained on."""

from __future__ import annotations

from schemas.record import Record

__all__ = ["Comparison", "Exposure"]

NAMED = 5


class Comparison(Record):
    """A model compared with the champion, picture by picture."""

    champion: str
    """Version of the champion's bundle, such as v0003-8f3c1d2a."""
    content: str
    """Content digest of that bundle."""
    count: int
    """Number of pictures compared: those of the test split that neither was trained on."""
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
    new_classes: list[str] = []
    """Classes that only the model has."""
    gone_classes: list[str] = []
    """Classes that only the champion has."""

    @property
    def other_classes(self) -> str:
        """How the classes differ, 'new cat, gone 0, 1, 2'; empty if they are the same, so that models compare."""
        parts = (("new", self.new_classes), ("gone", self.gone_classes))
        return ", ".join(f"{what} {_named(names)}" for what, names in parts if names)


class Exposure(Record):
    """How many pictures of the test split a model and the champion were trained on."""

    test: int
    """Pictures in the test split."""
    model: int
    """How many of them the model was trained on; they are left out of all its figures."""
    version: str
    """Version of the champion's bundle; empty without a champion."""
    champion: int | None
    """How many of them the champion was trained on; None if that is not known, or without a champion."""
    unseen: int
    """How many of them neither was trained on, as far as is known."""

    @property
    def left_out(self) -> int:
        """Pictures left out of the comparison."""
        return self.test - self.unseen

    @property
    def words(self) -> str:
        """What to say beside a comparison; empty if there is nothing to say."""
        if not self.version:
            return ""
        if self.champion is None:
            return f"{self.version} does not say which pictures it was trained on: it may have seen the test pictures"
        if not self.left_out:
            return ""
        own = f", this model on {self.model:,}" if self.model else ""
        seen = f"{self.version} was trained on {self.champion:,} of the {self.test:,} test pictures{own}"
        return (
            f"{seen}: compared on the other {self.unseen:,}" if self.unseen else f"{seen}: none is left to compare on"
        )


def _named(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")
