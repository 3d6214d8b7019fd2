"""What 50 pictures of other writers do for a model: python -m tests.benchmarks.training.fine_tune PROJECT.

PROJECT has run `preprocess` on the full MNIST. A model of its pictures is trained on with 50 of scikit-learn's digits,
alone or beside others; it then reads those that it was not shown, and MNIST's test pictures.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from components.sources.sample import read_sample
from components.train import TrainConfig, train
from learning.logits import infer
from learning.training import session
from schemas.artifacts.artifact import Output
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.examples import Examples, Split
from schemas.artifacts.model import Model
from schemas.artifacts.transform import Transform
from schemas.manifest import MANIFEST, Manifest, hash_files
from tests.benchmarks.reading.other_digits import load_other_digits
from tests.samples import seal

DIGITS = tuple("0123456789")
EACH, VALIDATED = 5, 1  # of each digit: pictures to learn from, and how many of them choose the best round
RATES = (0.02, 0.1)
STEPS = {"steps": 200, "rounds": 4}


def main() -> None:
    """Print a row for the model before, and for each way to train it on."""
    session.configure(2)
    latest = Path(sys.argv[1], "artifacts", "latest")
    mnist, transform = Examples(latest / "preprocess.examples"), Transform(latest / "preprocess.transform")
    own, rest = _others()
    test = mnist.read("test")
    print("trained on with               rate   other writers   MNIST")
    with tempfile.TemporaryDirectory() as folder:
        champion = _bundle(_train(mnist, transform, Path(folder, "first"), {}), Path(folder, "champion"))
        _tell("nothing", "", Model(Path(folder, "first", "model")), rest, test)
        for name, beside in (("50 of theirs", None), ("the same and 4,000 of MNIST", read_sample(0)["train"])):
            train_on = Path(folder, name)
            train_on.mkdir()
            for split, part in own.items():
                joined = [part, beside] if beside is not None and split == "train" else [part]
                Examples.write(train_on, split, Split.joined(joined))
            for rate in RATES:
                settings: dict[str, Any] = {"warm_start": "champion", "learning_rate": rate, **STEPS}
                model = _train(Examples(train_on), transform, Path(folder, f"{name} {rate}"), settings, champion)
                _tell(name, f"{rate:g}", model, rest, test)


def _others() -> tuple[dict[str, Split], Split]:
    """Return a train and a validation split of other writers' digits, and all others."""
    images, labels = load_other_digits()
    ids = [f"other/{i}" for i in range(len(labels))]
    whole = Split(images, labels, ids, DIGITS)
    place = np.array([int((labels[:i] == label).sum()) for i, label in enumerate(labels)])  # among those of its digit
    parts = {"validation": place < VALIDATED, "train": (place >= VALIDATED) & (place < EACH)}
    return {name: whole.take(np.flatnonzero(chosen)) for name, chosen in parts.items()}, whole.take(
        np.flatnonzero(place >= EACH)
    )


def _train(
    examples: Examples, transform: Transform, folder: Path, settings: dict[str, Any], champion: Bundle | None = None
) -> Model:
    parts = [folder / name for name in ("model", "scratch", "logs")]
    for part in parts:
        part.mkdir(parents=True)
    output: Output[Model] = Output(*parts)
    train(examples, transform, output, TrainConfig.model_validate(settings), champion)
    return seal(Model, output.path)


def _bundle(model: Model, folder: Path) -> Bundle:
    """Return what a training needs of a bundle."""
    folder.mkdir()
    (folder / Bundle.KERAS).write_bytes((model.path / Model.KERAS).read_bytes())
    (folder / Bundle.LABELS).write_text(json.dumps(model.classes), encoding="utf-8")
    manifest = Manifest(type="Bundle", content="0", files=hash_files(folder))
    (folder / MANIFEST).write_text(manifest.to_document(), encoding="utf-8")
    return Bundle(folder)


def _tell(name: str, rate: str, model: Model, *splits: Split) -> None:
    network = model.load()
    shares = [100 * np.mean(infer(network, each.images).argmax(axis=1) == each.labels) for each in splits]
    print(f"{name:28}  {rate:>4}  {shares[0]:11.2f} %  {shares[1]:.2f} %", flush=True)


if __name__ == "__main__":
    main()
