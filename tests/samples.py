"""Small artifacts for tests to work on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from schemas.artifact import Artifact, Output
from schemas.examples import SIDE, Split
from schemas.manifest import MANIFEST, Manifest, hash_files
from schemas.model import History, Round
from schemas.transform import Transform

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
    """Give a split of noise with these labels; the ids are '000000', '000001' and so on."""
    import numpy as np

    images = np.random.default_rng(seed).integers(0, 256, (len(labels), SIDE, SIDE), np.uint8)
    return Split(images, np.asarray(labels, np.int32), [f"{i:06}" for i in range(len(labels))], classes)


def make_transform(folder: Path, mean: float = 0.1307, std: float = 0.3081) -> Transform:
    """Write a normalisation into a new folder."""
    folder.mkdir()
    Transform.write(folder, mean=mean, std=std)
    return Transform(folder)


def make_output(kind: type[A], folder: Path) -> Output[A]:
    """Make the three folders of an output below a new folder."""
    del kind
    output: Output[A] = Output(folder / "path", folder / "scratch", folder / "logs")
    for each in (output.path, output.scratch, output.logs):
        each.mkdir(parents=True)
    return output


def seal(kind: type[A], folder: Path) -> A:
    """Write the manifest of a folder, as the store does, and give the artifact."""
    files = hash_files(folder)
    manifest = Manifest(type=kind.__name__, content=kind.content(folder, files), files=files)
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    return kind(folder)
