"""Where the time of scoring a 28x28 PNG goes: python -m tests.benchmarks.scoring.profile SCRATCH --model PROJECT.

Each step is timed alone, over all pictures, in one process with one thread: processor microseconds a picture, medians
over rounds in turns. What a step includes is in STEPS. SCRATCH keeps the pictures, as for score.py.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inference.drawing.mnist_like import are_mnist_like
from inference.files.fast_png import decode_fast_png
from inference.model.decision import decide
from inference.model.reader import Reader
from inference.model.threads import use_one_thread
from inference.scoring.engines.local import block_pandas
from inference.scoring.output import Output
from inference.scoring.part import Columns, _table, _to_parquet  # pyright: ignore[reportPrivateUsage]
from inference.scoring.rows import Row, score_batch
from inference.scoring.shard import Shard, cut_shards
from inference.scoring.storage.disk import Disk
from inference.scoring.summary import Summary
from schemas.artifacts.predictions import prediction_schema
from tests.benchmarks.scoring.contenders import prepare
from tests.benchmarks.scoring.pictures import make_digits, warm

BATCH = 256
PICTURE_BYTES = slice(41, -16)
"""Of a PNG with one IDAT chunk: the compressed rows."""


class Steps:
    """The steps of scoring a folder, each of which takes what the one before it made.

    Args:
        folder: of the pictures.
        bundle: the model.
        scratch: an empty folder.
    """

    def __init__(self, folder: Path, bundle: Path, scratch: Path) -> None:
        self.source = Disk.at(folder)
        self.reader = Reader(bundle)
        self.scratch = scratch
        self.shards: list[Shard] = []
        self.files: list[bytes] = []
        self.pictures: list[Any] = []
        self.batches: list[Any] = []
        self.answers: list[Any] = []
        self.rows: list[Row] = []
        self.parts: list[Path] = []

    def list_folder(self) -> None:
        """List and stat the files, and cut them into shards."""
        self.shards = [shard for shard, _, _ in cut_shards(self.source.walk())]

    def open_files(self) -> None:
        """Open and close every file."""
        folder = os.open(self.source.root, os.O_RDONLY)
        for shard in self.shards:
            for name, _ in shard.files:
                os.close(os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW, dir_fd=folder))
        os.close(folder)

    def read_files(self) -> None:
        """Open, read and close every file."""
        self.files = []
        for shard in self.shards:
            with self.source.open(shard.folder) as folder:
                self.files += [folder.read(name) for name, _ in shard.files]

    def inflate(self) -> None:
        """Inflate the compressed rows, as the floor does."""
        for data in self.files:
            zlib.decompress(data[PICTURE_BYTES])

    def decode(self) -> None:
        """Check header and checksum, inflate and unfilter."""
        self.pictures = [decode_fast_png(data) for data in self.files]

    def recognise(self) -> None:
        """Stack the pictures, and check that they are in MNIST's format."""
        import numpy as np

        chunks = (self.pictures[i : i + BATCH] for i in range(0, len(self.pictures), BATCH))
        self.batches = [np.array(chunk) for chunk in chunks]
        for batch in self.batches:
            are_mnist_like(batch)

    def infer(self) -> None:
        """Run the network."""
        self.answers = [self.reader._model(batch) for batch in self.batches]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def decide(self) -> None:
        """Calibrate, and compare with the thresholds."""
        reader: Any = self.reader
        for answers in self.answers:
            decide(answers["logits"], reader.classes, reader._record)  # noqa: SLF001

    def make_rows(self) -> None:
        """Read, decode, recognise, infer and decide as well: the whole of `score_batch`."""
        self.rows = []
        for i in range(0, len(self.files), BATCH):
            self.rows += score_batch(self.files[i : i + BATCH], self.reader)

    def write_parts(self) -> None:
        """Build the Arrow tables and write the Parquet parts."""
        self.parts, at = [], 0
        for number, shard in enumerate(self.shards):
            rows = [[row] for row in self.rows[at : at + len(shard)]]
            table = _table(shard, rows, [], self.reader, Columns())
            at += len(shard)
            self.parts.append(self.scratch / "out.parquet.parts" / f"{number}.parquet")
            self.parts[-1].parent.mkdir(exist_ok=True)
            self.parts[-1].write_bytes(_to_parquet(table))

    def merge(self) -> None:
        """Read the parts, count their rows and write the output."""
        schema = prediction_schema(len(self.reader.classes), **vars(Columns()))
        names = [part.name for part in self.parts]
        Output(str(self.scratch / "out.parquet")).write(names, schema, Summary(self.reader.classes).add)


STEPS: tuple[Callable[[Steps], None], ...] = (
    Steps.list_folder,
    Steps.open_files,
    Steps.read_files,
    Steps.inflate,
    Steps.decode,
    Steps.recognise,
    Steps.infer,
    Steps.decide,
    Steps.make_rows,
    Steps.write_parts,
    Steps.merge,
)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--model", type=Path, required=True, metavar="PROJECT")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    scratch = arguments.scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    models = prepare(scratch, arguments.model.resolve())
    folder = make_digits(scratch / f"digits-{arguments.count}", arguments.count)
    warm(folder)
    use_one_thread()
    block_pandas()
    (scratch / "steps").mkdir(exist_ok=True)
    steps = Steps(folder, models.bundle, scratch / "steps")
    taken: dict[str, list[float]] = {step.__name__: [] for step in STEPS}
    for _ in range(arguments.rounds):
        for step in STEPS:
            begun = time.process_time()
            step(steps)
            taken[step.__name__].append(1e6 * (time.process_time() - begun) / arguments.count)
    print("| step | CPU-us a picture | least to most |", "|---|---|---|", sep="\n")
    for step in STEPS:
        each = taken[step.__name__]
        print(f"| {step.__doc__} | {statistics.median(each):.1f} | {min(each):.1f} to {max(each):.1f} |")


if __name__ == "__main__":
    main()
