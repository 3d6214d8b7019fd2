"""A model against the champion on the same pictures: McNemar's test, and a paired bootstrap of the difference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from learning.evaluation.intervals import percentiles
from schemas.artifacts.comparison import Comparison

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.examples import Split

__all__ = ["compare", "difference_interval", "mcnemar", "read_champion"]

DRAWS = 10_000
LISTED = 50


def read_champion(bundle: Path, split: Split) -> list[str]:
    """Read a split with a bundle, as inference does; gives the name of the class of each picture.

    Raises:
        InputError: it is no bundle, or damaged.
    """
    from inference.model.reader import Reader

    reader = Reader(bundle)
    return [reader.classes[read] for read in reader.read(split.images).read] if len(split) else []


def compare(  # noqa: PLR0913  (two readings, and whose)
    split: Split, read: list[str], champion: list[str], *, version: str, content: str, seed: int
) -> Comparison:
    """Compare what two models read in the same pictures.

    Args:
        split: the pictures, at least one.
        read: for each picture the name of the class that the model reads.
        champion: the same of the champion, whose classes may be others.
        version: of the champion's bundle.
        content: its digest.
        seed: of the bootstrap.
    """
    truth = [split.classes[label] for label in split.labels]
    right = [mine == true for mine, true in zip(read, truth, strict=True)]
    before = [theirs == true for theirs, true in zip(champion, truth, strict=True)]
    better = [name for name, now, then in zip(split.ids, right, before, strict=True) if now and not then]
    worse = [name for name, now, then in zip(split.ids, right, before, strict=True) if then and not now]
    count = len(split)
    return Comparison(
        champion=version,
        content=content,
        count=count,
        accuracy=sum(right) / count,
        champion_accuracy=sum(before) / count,
        difference=(len(better) - len(worse)) / count,
        interval=difference_interval(len(better), len(worse), count, confidence=0.95, seed=seed),
        better=len(better),
        worse=len(worse),
        p=mcnemar(len(better), len(worse)),
        better_ids=better[:LISTED],
        worse_ids=worse[:LISTED],
    )


def mcnemar(better: int, worse: int) -> float:
    """Give the p of the exact two-sided McNemar test (McNemar 1947, https://doi.org/10.1007/BF02295996).

    Under it each picture that only one of two equally good models reads right is either's with chance 1/2.
    1 where there is no such picture.
    """
    from scipy.special import bdtr  # scipy.stats, which has the test by name, takes three times as long to import

    return min(1.0, 2 * float(bdtr(min(better, worse), better + worse, 0.5)))


def difference_interval(better: int, worse: int, count: int, *, confidence: float, seed: int) -> tuple[float, float]:
    """Give the two-sided interval of a difference in accuracy, by drawing pictures again with both readings of each.

    Where both models are right on the same pictures it has no width, however few the pictures are.

    Args:
        better: pictures that only the first model reads right.
        worse: pictures that only the second reads right.
        count: all pictures, at least 1.
        confidence: 0 to 1, both excluded.
        seed: the same numbers and seed give the same interval.
    """
    drawn = _draw(better, worse, count, seed)
    return percentiles((drawn[:, 0] - drawn[:, 1]) / count, confidence)


def _draw(better: int, worse: int, count: int, seed: int) -> NDArray[np.int64]:
    import numpy as np

    shares = np.array([better, worse, count - better - worse]) / count
    return np.random.Generator(np.random.PCG64(seed)).multinomial(count, shares, DRAWS)
