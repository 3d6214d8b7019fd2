"""Read handwritten digits from Python, with a model that `digits run` has made.

    import digits

    model = digits.load("artifacts/champion")
    print(digits.read(model, "photo.jpg").digit)

Importing this module imports nothing else; numpy, OpenCV and LiteRT are imported when a model is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.model.answer import Answer
    from inference.model.reader import Reader
    from inference.numbers.page_answer import PageAnswer
    from inference.scoring.folder import Scored

    Picture: TypeAlias = "str | Path | bytes | NDArray[np.uint8]"

__all__ = ["load", "read", "read_many", "read_page", "score"]


def load(bundle: str | Path) -> Reader:
    """Load a model.

    The files are checked against their checksums, and the model's answers against its golden examples. A model may be
    used by one thread at a time: load one for each.

    Args:
        bundle: the folder of a bundle, such as artifacts/champion, or a copy of one anywhere.

    Raises:
        InputError: not a bundle, it is damaged, or it answers otherwise than when it was exported.
    """
    from inference.model.reader import Reader

    return Reader(Path(bundle))


def read(model: Reader, picture: Picture) -> Answer:
    """Read the digit in one picture.

    Args:
        model: from `load`.
        picture: a file, its bytes, or its pixels: uint8 [h, w], grey, or [h, w, 3], red, green and blue, of any size,
            dark on light or light on dark.

    Returns:
        The answer; `digit` is None if it is unsure or the file is unreadable, and `reason` says why. No file raises.
    """
    [answer] = read_many(model, [picture])
    return answer


def read_many(model: Reader, pictures: Iterable[Picture]) -> list[Answer]:
    """Read the digit in each picture, all in one batch of the network.

    Args:
        model: from `load`.
        pictures: as `read` takes them; only one is held in memory at a time.

    Returns:
        One answer for each picture, in order, unreadable ones included.
    """
    from inference.model.answer import answer_all

    return answer_all(map(_source, pictures), model)


def read_page(model: Reader, picture: Picture) -> PageAnswer:
    """Read every digit of a picture, such as a form, with its box, and the number on each line.

    Args:
        model: from `load`.
        picture: as `read` takes it.
    """
    from inference.numbers.read_page import read_page as read_all

    return read_all(_source(picture), model)


def score(  # noqa: PLR0913  (each is an option)
    model: Reader,
    folder: str | Path,
    out: str | Path,
    *,
    labels: bool = False,
    every: bool = False,
    processes: int = 1,
) -> Scored:
    """Read every picture below a folder, and write a row for each file.

    An interrupted call resumes. numpy and OpenCV use one thread afterwards.

    Args:
        model: from `load`.
        folder: the folder, with its subfolders.
        out: a file ending in .parquet, .csv or .jsonl, replaced if it exists; or a folder of Parquet files.
        labels: whether the name of a picture's folder is its label, so that the summary has the accuracy.
        every: whether to write a row for each digit of each picture, with its line, position and box.
        processes: how many to use. With more than one, the calling script must not run at import: Python starts each
            with the script (`if __name__ == "__main__":`).

    Returns:
        How many files were read, and a summary of the answers.

    Raises:
        UsageError: *out* cannot be written there, or another process is writing it.
        StageError: files are not accounted for, or the output cannot be written.
    """
    from inference.scoring.folder import score_folder
    from inference.scoring.job import Job
    from inference.scoring.output import Output
    from inference.scoring.part import Columns
    from inference.scoring.storage.disk import Disk

    output = Output(str(out))
    source = Disk.at(Path(folder), (output.path, output.parts))
    return score_folder(Job(source, model.bundle, Columns(labels=labels, places=every)), output, workers=processes)


def _source(picture: Picture) -> Path | bytes:
    """Return a picture as a file or its bytes; pixels become a PNG, which keeps them all."""
    if isinstance(picture, bytes):
        return picture
    if isinstance(picture, (str, Path)):
        return Path(picture)
    import cv2
    import numpy as np

    if picture.dtype != np.uint8 or picture.ndim not in {2, 3} or picture.shape[2:] not in {(), (3,)}:
        raise TypeError(f"pixels must be uint8 [h, w] or [h, w, 3], not {picture.dtype} {list(picture.shape)}")
    pixels = picture if picture.ndim == 2 else picture[..., ::-1]  # noqa: PLR2004  (OpenCV takes blue, green and red)
    return cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 0])[1].tobytes()
