"""The ways to score a folder: ours, the floor, and what others would write."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.scoring.cost import run
from tests.benchmarks.scoring.pictures import make_digits, make_photos
from tests.project import DIGITS, HOUSE

__all__ = [
    "ALL",
    "BEAM",
    "FEW",
    "FLOOR",
    "LOOP",
    "ONE",
    "PHOTOS_ALL",
    "PHOTOS_ONE",
    "PHOTOS_POOL",
    "POOL",
    "TF32",
    "TF256",
    "Contender",
    "Models",
    "contenders",
    "prepare",
]

FEW, NAIVE = 10, 200
PEER = [sys.executable, "-m", "tests.benchmarks.scoring.peers"]
FLOOR, ONE, ALL, BEAM = "the floor", "digits score --workers 1", "digits score", "digits score --engine beam"
TF32, TF256 = (f"tf.data + model.predict, batches of {n}" for n in (32, 256))
POOL, LOOP = "Pillow in a pool + onnxruntime", "Pillow + model.predict, one at a time"
PHOTOS_ONE, PHOTOS_ALL, PHOTOS_POOL = (f"{name}, photos" for name in (ONE, ALL, POOL))


@dataclass(frozen=True)
class Contender:
    """A way to score a folder.

    Attributes:
        command: function of the folder and the output that returns the command line.
        folder: folder of the pictures.
        few: folder of ten pictures.
        count: number of pictures.
    """

    command: Callable[[Path, Path], list[str]]
    folder: Path
    few: Path
    count: int


@dataclass(frozen=True)
class Models:
    """One model in the formats of the contenders.

    Attributes:
        bundle: its folder.
        project: a project that has only this model.
        keras: the .keras file it was exported from, or the bundle.
        onnx: the ONNX file, or None if it cannot be made.
        why_not: the reason why there is no ONNX file.
    """

    bundle: Path
    project: Path
    keras: Path
    onnx: Path | None
    why_not: str


def prepare(scratch: Path, model: Path) -> Models:
    """Find the model, and convert it."""
    champion = model / "artifacts" / "champion"
    bundle = (champion if champion.exists() else model).resolve()
    project = scratch / "project"
    shutil.rmtree(project, ignore_errors=True)
    link = project / "artifacts" / "store" / "export" / "bundle" / bundle.name
    link.parent.mkdir(parents=True)
    link.symlink_to(bundle)
    shutil.copy(HOUSE / "pipeline.yaml", project)
    trained = model / "artifacts" / "latest" / "train.model" / "model.keras"
    onnx, why_not = _convert(scratch, bundle)
    return Models(bundle, project, trained.resolve() if trained.exists() else bundle, onnx, why_not)


def _convert(scratch: Path, bundle: Path) -> tuple[Path | None, str]:
    peers = [os.environ["PEERS"]] if "PEERS" in os.environ else []
    sys.path += peers
    missing = [name for name in ("onnxruntime", "onnx", "tf2onnx") if find_spec(name) is None]
    if missing:
        return None, f"{' and '.join(missing)} not found: PEERS is to name the folder of them"
    onnx = scratch / f"{bundle.name}.onnx"
    if not onnx.exists():
        run([*PEER, "convert", str(bundle), str(onnx)])
    return onnx, ""


def contenders(scratch: Path, models: Models, count: int, photos: int) -> dict[str, Contender]:
    """Make the pictures, and return all contenders by name."""
    few, digits, naive = (make_digits(scratch / f"digits-{n}", n) for n in (FEW, count, NAIVE))
    few_photos, many_photos = (make_photos(scratch / f"photos-{n}", n) for n in (FEW, photos))

    def ours(*options: str) -> Callable[[Path, Path], list[str]]:
        project, version = str(models.project), models.bundle.name
        begin = [str(DIGITS), "-C", project, "score", "--model", version, *options]
        return lambda folder, out: [*begin, str(folder), "--out", f"{out}.parquet"]

    def peer(name: str, model: Path, *options: str) -> Callable[[Path, Path], list[str]]:
        return lambda folder, out: [*PEER, name, str(folder), f"{out}.csv", str(model), *options]

    def floor(folder: Path, out: Path) -> list[str]:
        del out
        return [*PEER, "floor", str(folder), str(models.bundle)]

    small = {
        FLOOR: floor,
        ONE: ours("--workers", "1"),
        ALL: ours(),
        BEAM: ours("--engine", "beam"),
        TF32: peer("predict", models.keras, "32"),
        TF256: peer("predict", models.keras, "256"),
    }
    large = {PHOTOS_ONE: ours("--workers", "1"), PHOTOS_ALL: ours()}
    if models.onnx:
        small[POOL] = large[PHOTOS_POOL] = peer("pool", models.onnx)
    return {
        **{name: Contender(command, digits, few, count) for name, command in small.items()},
        LOOP: Contender(peer("naive", models.keras), naive, few, NAIVE),
        **{name: Contender(command, many_photos, few_photos, photos) for name, command in large.items()},
    }
