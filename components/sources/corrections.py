"""Read the pictures that people corrected on the page of `digits serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.sources.holdout import is_held_out
from components.sources.natural_order import naturally
from components.sources.source_result import SourceResult
from inference.files.unreadable import UnreadableError
from inference.reading import read_picture
from schemas.artifacts.corrections import Correction, Corrections
from schemas.artifacts.examples import SIDE, Split
from schemas.artifacts.statistics import Source, Unreadable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["read_corrections"]

NONE_YET = "no corrections are stored yet: the page of digits serve stores them"


def read_corrections(corrections: Corrections | None, test_share: float) -> SourceResult:
    """Read the corrected pictures through the same front end as at prediction, each labelled as it was corrected.

    Args:
        corrections: of the project; None if nothing has been stored, which is no error.
        test_share: share of them, 0 to 1, that is held out on average; see is_held_out.
    """
    import numpy as np

    rows, images, unreadable = _read_all(corrections)
    classes = tuple(sorted({row.digit for row in rows}, key=naturally))
    everything = Split(
        np.array(images, np.uint8).reshape(-1, SIDE, SIDE),
        np.array([classes.index(row.digit) for row in rows], np.int32),
        [f"{row.digit}/{row.picture}" for row in rows],
        classes,
    )
    tested = np.array([is_held_out(image, test_share) for image in images], bool)
    splits = {name: everything.take(chosen.nonzero()[0]) for name, chosen in (("train", ~tested), ("test", tested))}
    one = len(rows) == 1
    return SourceResult(
        Source(name="corrections", dataset=f"{len(rows):,} correction{'' if one else 's'}"),
        splits,
        unreadable=tuple(unreadable),
        warnings=() if corrections else (NONE_YET,),
    )


def _read_all(
    corrections: Corrections | None,
) -> tuple[list[Correction], list[NDArray[np.uint8]], list[Unreadable]]:
    """Return the corrections whose picture can be read, their pictures, and the others."""
    rows, images, unreadable = list[Correction](), list["NDArray[np.uint8]"](), list[Unreadable]()
    if corrections is None:
        return rows, images, unreadable
    for row in corrections.read():
        try:
            reading = read_picture(corrections.picture(row))
        except UnreadableError as error:
            unreadable.append(Unreadable(path=row.picture, reason=error.reason))
            continue
        if reading.blank:
            unreadable.append(Unreadable(path=row.picture, reason="blank: no ink found"))
        else:
            rows.append(row)
            images.append(reading.image)
    return rows, images, unreadable
