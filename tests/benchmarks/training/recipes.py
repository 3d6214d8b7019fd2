"""Accuracy against CPU seconds of training: python -m tests.benchmarks.training.recipes FOLDER.

Needs MNIST_FILES, the folder of the four original files. Trains the recipes with five seeds and the "simple convnet" of
keras.io with two, each in a separate process, in turns, so that a slowing machine slows all of them; `standard` also
without the pictures of no digit, with the same seeds. FOLDER keeps a row for each training, which is reused while the
code of the train stage is the same. Prints the table of docs/measurements.md and draws its plot.

CPU seconds are those of the whole process from building the network to its final weights: building, drawing pictures,
tracing, steps and validation, without imports. The test split is evaluated once, after each training, and every seed
counts.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.fingerprints.source import read_source
from schemas.manifest import digest_of
from tests.project import HOUSE, Project

if TYPE_CHECKING:
    import keras

    from schemas.artifacts.examples import Examples

THREADS = 1
KERAS_IO, SAMPLE, DIGITS_ONLY = "keras.io convnet", "standard, sample", "standard, no strangers"
RECIPES = ("fast", "standard", "best", "mlp")
SEEDS = {KERAS_IO: 2, **dict.fromkeys((*RECIPES, SAMPLE, DIGITS_ONLY), 5)}
PLOT = HOUSE / "docs" / "pictures" / "training.svg"


def prepare(folder: Path, *, full: bool) -> Path:
    """Run ingest and preprocess of the shipped pipeline; return the folder of the Examples."""
    folder.mkdir()
    shutil.copy(HOUSE / "pipeline.yaml", folder)
    source = {"DIGITS_TFDS_MANUAL_DIR": os.environ["MNIST_FILES"]} if full else {"DIGITS_OFFLINE": "1"}
    project = Project(folder, {**source, "TFDS_DATA_DIR": str(folder / "tfds")})
    project.digits("run", "--to", "preprocess")
    return (project.artifacts / "latest" / "preprocess.examples").resolve()


def train_keras_io(examples: Examples, seed: int) -> tuple[keras.Model, float]:
    """Train the beginners' convnet of keras.io by its guide: float pictures, one-hot labels, 15 epochs."""
    import keras
    import numpy as np
    from keras import layers

    keras.utils.set_random_seed(seed)
    begun = time.process_time()
    data, validation = (
        (split.images[..., np.newaxis].astype("float32") / 255, keras.utils.to_categorical(split.labels, 10))
        for split in (examples.read("train"), examples.read("validation"))
    )
    network: Any = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    network.fit(*data, batch_size=128, epochs=15, validation_data=validation, verbose=0)
    spent = time.process_time() - begun
    inputs: Any = keras.Input((28, 28), dtype="uint8")
    scaled: Any = layers.Rescaling(1 / 255)(layers.Reshape((28, 28, 1))(inputs))
    return keras.Model(inputs, network(scaled)), spent


def train_recipe(name: str, examples: Examples, seed: int, folder: Path) -> tuple[keras.Model, float]:
    """Train a recipe, as the train stage does, with all that it adds to the pictures."""
    from components.train import STRANGERS, TrainConfig
    from learning.synthetic.low_resolution import with_lowered
    from learning.synthetic.strangers.draw import draw_strangers
    from learning.training import session
    from learning.training.fit import fit
    from learning.training.networks import BUILDERS
    from schemas.artifacts.transform import Transform

    without = {"strangers": 0} if name == DIGITS_ONLY else {}
    config = TrainConfig.model_validate({"recipe": name.partition(",")[0], "seed": seed, **without})
    transform = Transform(next(examples.path.parents[1].glob("transform/v*")))
    session.restart(seed)
    begun = time.process_time()
    data, validation = examples.read("train"), examples.read("validation")
    network = BUILDERS[config.network](transform, len(data.classes), seed)
    shown = config.strangers * config.steps
    strangers = draw_strangers(data, min(STRANGERS, shown), seed) if shown else None
    data = with_lowered(data, config.lowered, seed)
    fit(network, data, validation, config, seed=seed, scratch=folder, logs=folder, strangers=strangers)
    return network, time.process_time() - begun


def train_once(name: str, seed: int, examples_path: str, test_path: str) -> None:
    """Train one network in this process and print its row as JSON."""
    from learning.training import session

    if name == KERAS_IO:  # as users run it, without determinism
        os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = str(THREADS)
    else:
        session.configure(THREADS)
    import tensorflow as tf

    from schemas.artifacts.examples import Examples
    from tests.benchmarks.reading.other_digits import load_other_digits

    tf.constant(0)
    examples = Examples(Path(examples_path))
    with tempfile.TemporaryDirectory() as folder:
        if name == KERAS_IO:
            network, spent = train_keras_io(examples, seed)
        else:
            network, spent = train_recipe(name, examples, seed, Path(folder))
    test = Examples(Path(test_path)).read("test")
    row = {
        "name": name,
        "seed": seed,
        "cpu_s": round(spent, 2),
        "test": _accuracy(network, test.images, test.labels),
        "other": _accuracy(network, *load_other_digits()),
    }
    print(json.dumps(row))


def run_apart(name: str, seed: int, examples: Path, test: Path) -> dict[str, Any]:
    """Train in a separate process and return its row."""
    call = f"train_once({name!r}, {seed}, {str(examples)!r}, {str(test)!r})"
    command = [sys.executable, "-c", f"from tests.benchmarks.training.recipes import train_once; {call}"]
    finished = subprocess.run(command, cwd=HOUSE, check=True, capture_output=True, text=True)
    return json.loads(finished.stdout.splitlines()[-1])


def _accuracy(network: Any, images: Any, labels: Any) -> float:  # noqa: ANN401  (arrays, and Keras)
    import numpy as np

    read = np.concatenate(
        [np.argmax(network(images[i : i + 1000], training=False), axis=1) for i in range(0, len(images), 1000)]
    )
    return round(100 * float(np.mean(read == labels)), 3)


def code_digest() -> str:
    """Return a digest of the train stage's code, so that rows of other code are not reused."""
    modules = read_source("components.train", HOUSE).modules
    return digest_of(modules)[:12]


def table(rows: list[dict[str, Any]]) -> str:
    """Return the table of docs/measurements.md."""
    yardstick = statistics.mean(row["cpu_s"] for row in rows if row["name"] == KERAS_IO)
    lines = [
        "| recipe | test accuracy | sd | each seed | other people's digits | CPU-s | of keras.io's |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in SEEDS:
        mine = sorted((row for row in rows if row["name"] == name), key=lambda row: row["seed"])
        if not mine:
            continue
        tests, spent = [row["test"] for row in mine], statistics.mean(row["cpu_s"] for row in mine)
        spread = statistics.stdev(tests) if len(tests) > 1 else 0.0
        lines.append(
            f"| {name} | {statistics.mean(tests):.2f} % | {spread:.2f} | {', '.join(f'{each:.2f}' for each in tests)} "
            f"| {statistics.mean(row['other'] for row in mine):.1f} % | {spent:.1f} | 1/{yardstick / spent:.1f} |"
        )
    return "\n".join(lines)


def compare_strangers(rows: list[dict[str, Any]]) -> str:
    """Return what pictures of no digit change in the test accuracy, in points: mean, standard error and each seed."""
    by = {(row["name"], row["seed"]): row["test"] for row in rows}
    both = sorted(seed for name, seed in by if name == DIGITS_ONLY and ("standard", seed) in by)
    changes = [by["standard", seed] - by[DIGITS_ONLY, seed] for seed in both]
    if len(changes) < 2:
        return "pictures of no digit: not compared"
    error = statistics.stdev(changes) / len(changes) ** 0.5
    each = ", ".join(f"{change:+.2f}" for change in changes)
    return f"pictures of no digit: {statistics.mean(changes):+.3f} points, standard error {error:.3f} ({each})"


def draw(rows: list[dict[str, Any]]) -> None:
    """Draw each training as a point, and each recipe's name at its mean."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "digits"
    figure: Any = Figure(figsize=(8, 4.2), layout="constrained")
    axes: Any = figure.subplots()
    for name in (name for name in SEEDS if name not in {SAMPLE, DIGITS_ONLY}):
        mine = [row for row in rows if row["name"] == name]
        spent, missed = [row["cpu_s"] for row in mine], [100 - row["test"] for row in mine]
        axes.plot(spent, missed, "o", alpha=0.6)
        axes.annotate(
            f"{name}: {100 - statistics.mean(missed):.2f} %",
            (statistics.mean(spent), min(missed)),
            xytext=(0, -14),
            textcoords="offset points",
            ha="center",
        )
    axes.set(xscale="log", yscale="log", xlabel="CPU-seconds of training", ylabel="test pictures misread, %")
    axes.set_title("Each point is one training; the mean accuracy of all seeds is written below")
    axes.margins(x=0.15, y=0.2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("{x:g}")
    axes.grid(which="both", alpha=0.2)
    figure.savefig(PLOT, metadata={"Date": None})


def main() -> None:
    """Run the trainings that are missing, in turns, then print the table and draw the plot."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    kept, code = folder / "trainings.jsonl", code_digest()
    rows = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    rows = [row for row in rows if row["code"] == code]
    with tempfile.TemporaryDirectory() as work:
        full, sample = prepare(Path(work) / "full", full=True), prepare(Path(work) / "sample", full=False)
        for name, seed in ((name, seed) for seed in range(5) for name, count in SEEDS.items() if seed < count):
            if any((row["name"], row["seed"]) == (name, seed) for row in rows):
                continue
            row = run_apart(name, seed, sample if name == SAMPLE else full, full)
            print(row, flush=True)
            rows.append({**row, "code": code})
            with kept.open("a") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    print(table(rows), compare_strangers(rows), sep="\n\n")
    draw(rows)
    python, day = platform.python_version(), dt.datetime.now(dt.UTC).date()
    print(f"\n{day}, {platform.machine()}, Python {python}, {THREADS} thread")


if __name__ == "__main__":
    main()
