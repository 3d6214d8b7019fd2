"""What proving a bundle costs at every load: python -m tests.benchmarks.reading.loading [BUNDLE].

Times are of the processor, in a process that has loaded its libraries: other work on the machine does not count.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from inference.litert.network import LiteRtModel
from inference.model.bundle import LoadedBundle
from inference.model.golden import deviation
from inference.model.reader import Reader
from inference.model.selftest import selftest
from pipeline.registry.starter import STARTER

TURNS = 41


def main() -> None:
    """Print a row for each part of a load."""
    bundle = Path(sys.argv[1]) if sys.argv[1:] else STARTER
    loaded = LoadedBundle.read(bundle)
    model, golden = LiteRtModel(loaded.model), loaded.golden
    assert golden
    parts: dict[str, Callable[[], object]] = {
        "read the files that reading needs, and check their hashes": lambda: LoadedBundle.read(bundle),
        "answer the golden examples and compare": lambda: deviation(golden, model(golden.images)["probabilities"]),
        "a whole load: both, and the interpreter": lambda: Reader(bundle),
        "`selftest`: every file, and LiteRT": lambda: selftest(bundle),
    }
    print("| part of a load | median, CPU-ms | slowest |\n|---|---|---|")
    for name, part in parts.items():
        took = [_milliseconds(part) for _ in range(TURNS)]
        print(f"| {name} | {statistics.median(took):.1f} | {max(took):.1f} |")


def _milliseconds(part: Callable[[], object]) -> float:
    begun = time.process_time()
    part()
    return 1000 * (time.process_time() - begun)


if __name__ == "__main__":
    main()
