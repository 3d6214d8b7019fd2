"""Test accuracy of the shipped pipeline over five seeds: python -m tests.benchmarks.accuracy.

With MNIST_FILES naming the folder of the four original files, the full MNIST; else the sample.
The test split is looked at once a seed; every seed counts.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from pathlib import Path

from tests.project import HOUSE, Project

SEEDS = range(5)


def measure(project: Project, model: str) -> tuple[list[float], list[float]]:
    """Give test accuracy (percent) and seconds of the train stage for each seed."""
    accuracies: list[float] = []
    seconds: list[float] = []
    for seed in SEEDS:
        settings = ("--set", f"train.model={model}", "--set", f"train.seed={seed}", "--set", "evaluate.gate={}")
        document = project.json("run", *settings, status=3)  # no gate, no export
        accuracies.append(100 * document["metrics"]["accuracy"])
        seconds.append(next(stage["seconds"] for stage in document["stages"] if stage["stage"] == "train"))
        print(f"{model} seed {seed}: {accuracies[-1]:.2f} % in {seconds[-1]:.1f} s", flush=True)
    return accuracies, seconds


def main() -> None:
    """Measure both networks and print one row of Markdown each."""
    files = os.environ.get("MNIST_FILES")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(HOUSE / "pipeline.yaml", folder)
        source = {"DIGITS_TFDS_MANUAL_DIR": files} if files else {"DIGITS_OFFLINE": "1"}
        project = Project(Path(folder), {**source, "TFDS_DATA_DIR": f"{folder}/tfds"})
        rows = {model: measure(project, model) for model in ("cnn", "mlp")}
    print(
        "| model | data | mean of 5 seeds | standard deviation | each | train s (median) |\n|---|---|---|---|---|---|"
    )
    for model, (accuracies, seconds) in rows.items():
        each = ", ".join(f"{value:.2f}" for value in accuracies)
        print(
            f"| {model} | {'full' if files else 'sample'} | {statistics.mean(accuracies):.2f} % "
            f"| {statistics.stdev(accuracies):.2f} | {each} | {statistics.median(seconds):.0f} |"
        )


if __name__ == "__main__":
    main()
