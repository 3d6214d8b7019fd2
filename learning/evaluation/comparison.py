"""Compare a model with the champion on the same pictures: McNemar's test and a paired bootstrap of the difference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from learning.evaluation.intervals import percentiles
from schemas.artifacts.comparison import Comparison

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.examples import Split

__all__ = ["compare", "difference_interval", "mcnemar", "read_champion"]

# Between seeds, an end of the interval has a standard deviation of 1.5 % of its width (10,000 pictures, 100 seeds).
DRAWS = 10_000
LISTED = 50


def read_champion(bundle: Path, split: Split) -> list[str]:
    """Read a split with a bundle, through inference, and return the class name read for each picture.

    Raises:
        InputError: *bundle* is not a bundle, or it is damaged.
    """
    from inference.model.reader import Reader

    reader = Reader(bundle)
    return [reader.classes[read] for read in reader.read(split.images).read] if len(split) else []


def compare(  # noqa: PLR0913  (two sets of predictions, and where they come from)
    split: Split,
    read: list[str],
    champion: list[str],
    *,
    version: str,
    content: str,
    seed: int,
    classes: Sequence[str] | None = None,
) -> Comparison:
    """Compare what two models read in the same pictures.

    Args:
        split: the pictures, at least one.
        read: for each picture, the name of the class that the model reads.
        champion: for each picture, the name that the champion reads; its classes may differ from the model's.
        version: version of the champion's bundle.
        content: content digest of that bundle.
        seed: of the bootstrap.
        classes: the champion's; None if they are the model's.
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
        new_classes=[] if classes is None else [each for each in split.classes if each not in classes],
        gone_classes=[each for each in classes or () if each not in split.classes],
    )


def mcnemar(better: int, worse: int) -> float:
    """Return the p-value of the exact two-sided McNemar test (McNemar 1947, https://doi.org/10.1007/BF02295996).

    Null hypothesis: a picture that only one of the models reads right is as likely to be either's. Without such a
    picture, p is 1.

    Args:
        better: pictures that only the first model reads right.
        worse: pictures that only the second model reads right.
    """
    from scipy.special import bdtr  # scipy.stats, which has the test by name, takes three times as long to import

    return min(1.0, 2 * float(bdtr(min(better, worse), better + worse, 0.5)))


def difference_interval(better: int, worse: int, count: int, *, confidence: float, seed: int) -> tuple[float, float]:
    """Return the two-sided interval of a difference in accuracy, by a paired bootstrap.

    If both models are right on the same pictures, the interval has zero width, however few the pictures are.

    Args:
        better: pictures that only the first model reads right.
        worse: pictures that only the second model reads right.
        count: all pictures, at least 1.
        confidence: between 0 and 1, exclusive.
        seed: the same counts and seed yield the same interval.
    """
    drawn = _draw(better, worse, count, seed)
    return percentiles((drawn[:, 0] - drawn[:, 1]) / count, confidence)


def _draw(better: int, worse: int, count: int, seed: int) -> NDArray[np.int64]:
    import numpy as np

    shares = np.array([better, worse, count - better - worse]) / count
    return np.random.Generator(np.random.PCG64(seed)).multinomial(count, shares, DRAWS)
