"""Make the splits of a source from its arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from components.sources.arrays.labels import name_labels
from components.sources.holdout import choose_test
from components.sources.source_result import SourceResult
from schemas.artifacts.examples import Split
from schemas.artifacts.statistics import Source
from schemas.errors import InputError
from schemas.settings.external_data import name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from components.sources.source_settings import SourceEntry

    Pictures = tuple[NDArray[np.uint8], Sequence[str]]

__all__ = ["assemble"]


def assemble(  # noqa: PLR0913  (what was read, and its names)
    entry: SourceEntry,
    seed: int,
    parts: dict[str, Pictures],
    words: str,
    names: Sequence[str] | None = None,
    *,
    place: str = "",
) -> SourceResult:
    """Return the splits of a source.

    Args:
        entry: the settings of the source.
        seed: of the draw of a test split, if the source has none.
        parts: `train`, and `test` if the source has it: pictures, uint8 [n, 28, 28], and the labels of them.
        words: what was found about the pixels.
        names: of the labels 0, 1, 2 and so on, if the source has them and the settings do not.
        place: names the source in errors, if it has no file or folder.

    Raises:
        InputError: there are no pictures, or a label has no name.
    """
    path = entry.file or entry.folder or Path(place)
    if not len(parts["train"][0]):
        raise InputError(f"{path} holds no pictures", expected="at least one picture of each class")
    labels, classes, warnings = name_labels([part[1] for part in parts.values()], entry.classes or names, str(path))
    alone = len(parts) == 1
    splits = {
        name: Split(images, own, [f"{'row' if alone else name}-{i:05d}" for i in range(len(own))], classes)
        for (name, (images, _)), own in zip(parts.items(), labels, strict=True)
    }
    if alone:
        whole = splits["train"]
        tested = choose_test(whole.images, whole.labels, entry.test_share, seed)
        splits = {name: whole.take(chosen.nonzero()[0]) for name, chosen in (("train", ~tested), ("test", tested))}
    dataset = f"the pictures in {name_of(path.name)} ({words})"
    return SourceResult(Source(name=entry.source, dataset=dataset), splits, warnings=warnings)
