"""Small artifacts for tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from learning.synthetic.encoding import encode_png
from schemas.artifacts.artifact import Artifact, Output
from schemas.artifacts.calibration import Calibration, CalibrationRecord
from schemas.artifacts.examples import SIDE, Split
from schemas.artifacts.model import History, Round
from schemas.artifacts.transform import Transform
from schemas.manifest import MANIFEST, Manifest, hash_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

DIGITS = tuple("0123456789")
HISTORY = History(
    rounds=[Round(step=1, loss=1.0, accuracy=0.5, validation_loss=1.0, validation_accuracy=0.5)],
    best=0,
)

A = TypeVar("A", bound=Artifact)


def make_split(labels: Sequence[int] | NDArray[np.int32], classes: tuple[str, ...] = DIGITS, seed: int = 0) -> Split:
    """Return a split of noise images with these labels and the ids '000000', '000001' and so on."""
    import numpy as np

    images = np.random.default_rng(seed).integers(0, 256, (len(labels), SIDE, SIDE), np.uint8)
    return Split(images, np.asarray(labels, np.int32), [f"{i:06}" for i in range(len(labels))], classes)


def make_transform(folder: Path, mean: float = 0.1307, std: float = 0.3081) -> Transform:
    """Write a Transform into a new folder."""
    folder.mkdir()
    Transform.write(folder, mean=mean, std=std)
    return Transform(folder)


def make_output(kind: type[A], folder: Path) -> Output[A]:
    """Make the three folders of an output inside a new folder."""
    del kind
    output: Output[A] = Output(folder / "path", folder / "scratch", folder / "logs")
    for each in (output.path, output.scratch, output.logs):
        each.mkdir(parents=True)
    return output


def seal(kind: type[A], folder: Path) -> A:
    """Write the manifest of a folder, as the store does, and return the artifact."""
    files = hash_files(folder)
    manifest = Manifest(type=kind.__name__, content=kind.content(folder, files), files=files)
    (folder / MANIFEST).write_text(manifest.to_document(), encoding="utf-8")
    return kind(folder)


def make_calibration(folder: Path, *, temperature: float = 1.0, least: float = -1e9) -> Calibration:
    """Write a calibration that changes nothing and refuses nothing."""
    record = CalibrationRecord(
        count=1, temperature=temperature, error_before=0.0, error_after=0.0, least=least, floor=0.0, refused=0.0
    )
    folder.mkdir()
    Calibration.write(folder, record)
    return seal(Calibration, folder)


def draw_digit(text: str, number: int = 0) -> NDArray[np.uint8]:
    """Draw a digit in ink on a page [64, 64]; *number* sets its rotation, 1.5 degrees each."""
    import cv2
    import numpy as np

    page = np.full((64, 64), 255, np.uint8)
    cv2.putText(page, text[:1], (16, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 0, 4, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((32, 32), number * 1.5 - 12, 1)
    return np.asarray(cv2.warpAffine(page, turn, (64, 64), borderValue=255), np.uint8)


def write_digits(folder: Path, counts: dict[str, int], first: int = 0) -> Path:
    """Write *count* pictures LABEL/00.png, LABEL/01.png and so on for each label, no two of them equal."""
    for label, count in counts.items():
        (folder / label).mkdir(parents=True)
        for number in range(first, first + count):
            (folder / label / f"{number:02}.png").write_bytes(encode_png(draw_digit(label, number)))
    return folder


def write_idx(path: Path, values: NDArray[np.uint8]) -> Path:
    """Write labels [n] or pictures [n, 28, 28] in MNIST's IDX format, gzipped if the name ends in .gz."""
    import gzip
    import struct

    header = struct.pack(f">I{values.ndim}I", 0x0800 + values.ndim, *values.shape)
    content = header + values.tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, 1) if path.suffix == ".gz" else content)
    return path
