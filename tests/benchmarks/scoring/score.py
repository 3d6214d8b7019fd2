"""Cost of scoring a folder: python -m tests.benchmarks.scoring.score SCRATCH --model PROJECT_OR_BUNDLE.

SCRATCH keeps the pictures, which are made once: MNIST's if MNIST_FILES names the folder of its original files. PEERS
names the folder of onnxruntime and tf2onnx (see peers.py); without them the pool's rows are left out.

Each contender is a separate process, in interleaved rounds, from a warm page cache. Measured are processor seconds,
child processes included, and wall seconds, with start-up and writing; medians. Each also scores ten pictures, which
measures start-up. The floor has neither start-up nor writing: it is timed inside its process. SCRATCH/score.json keeps
every run.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tests.benchmarks.machine import machine
from tests.benchmarks.scoring.contenders import contenders, prepare
from tests.benchmarks.scoring.rounds import floor_of, measure
from tests.benchmarks.scoring.tables import table_of_digits, table_of_memory, table_of_photos, table_of_targets

FILES, NAMES = 10_000, 1_000_000


def main() -> None:
    """Measure, print the tables and write each run to score.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--model", type=Path, required=True, metavar="PROJECT_OR_BUNDLE")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help=f"of {FILES:,} and of {NAMES:,} files: takes minutes")
    parser.add_argument("--names", type=int, default=NAMES, help="files of the larger folder")
    arguments = parser.parse_args()
    scratch = arguments.scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    models = prepare(scratch, arguments.model.resolve())
    results, runs = measure(contenders(scratch, models, arguments.count, arguments.photos), arguments.rounds, scratch)
    floor = floor_of(runs, arguments.count)
    document = {"machine": machine(), "model": models.bundle.name, "runs": runs}
    (scratch / "score.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    tables = [table_of_digits(results, floor), table_of_photos(results), table_of_targets(results, sum(floor))]
    if arguments.memory:
        tables.append(table_of_memory(scratch, models, FILES, arguments.names))
    print("\n\n".join(tables))
    print(f"\nmedians of {arguments.rounds} rounds, model {models.bundle.name}, {machine()}")
    if models.why_not:
        print(f"without the pool: {models.why_not}")


if __name__ == "__main__":
    main()
