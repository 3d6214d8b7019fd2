"""What each run adds to the store: python -m tests.benchmarks.commands.growth FOLDER [options].

FOLDER becomes a project with the shipped pipeline.yaml; it must not exist. The data are the full MNIST where
MNIST_FILES names the folder with its four files, or else the sample. Prints the bytes on disk after each run, counting
a file with several names once.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.housekeeping.sizes import size_of
from tests.benchmarks.machine import machine
from tests.project import Project, shipped_project

__all__ = ["main"]

MEGA = 1e6


def main() -> None:
    """Run, and print the sizes."""
    parser = argparse.ArgumentParser(description="By how much the store grows with each run of other settings.")
    parser.add_argument("folder", type=Path, help="the project to make")
    parser.add_argument("--runs", type=int, default=5, help="how many settings")
    parser.add_argument("--setting", default="preprocess.seed", help="the setting that gets a new number in each run")
    parser.add_argument("--to", default="preprocess", help="the last stage")
    options = parser.parse_args()
    project = _project(options.folder)
    before = 0
    print(machine())
    for number in range(options.runs):
        project.digits("run", "--to", options.to, "--set", f"{options.setting}={number}")
        size = size_of(project.artifacts / "store")
        print(f"run {number + 1}: {size / MEGA:.2f} MB, {(size - before) / MEGA:+.2f} MB", flush=True)
        before = size


def _project(folder: Path) -> Project:
    if files := os.environ.get("MNIST_FILES"):
        project = shipped_project(folder)
        return Project(folder, project.environment | {"DIGITS_TFDS_MANUAL_DIR": files})
    return shipped_project(folder, {"source: tfds": "source: sample"})


if __name__ == "__main__":
    main()
