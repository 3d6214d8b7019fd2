"""Rates, times and attacks of `digits serve`, client included: python -m tests.benchmarks.serving.rates.

Prints two tables in about seven minutes. Each row of the first one: a server in a process of its own, and connections
that each send a request, wait for the answer and send the next. The client is one process on the same machine, so its
cost counts. The second table is what attacks do, and what they do to the times of others. If PEERS names a folder with
other servers (`pip install --target PEERS fastapi litserve granian`), they follow ours in the first table.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.reading.pictures import photo
from tests.benchmarks.serving.attacks import Outcome, drip, flood, fuzz, promote
from tests.benchmarks.serving.load import Load, free_port, post, processor_seconds, running, send
from tests.inference.pictures import as_file, sample
from tests.project import DIGITS, Project
from tests.sealed.project import sealed_project

SECONDS = 5.0
BATCH = 100
JSON = "Content-Type: application/json"


def loads() -> list[Load]:
    """Return what is sent to `digits serve`."""
    images = sample()[::50]
    described = {"name": "images", "shape": [BATCH, 28, 28], "datatype": "UINT8"}
    head = json.dumps({"inputs": [described | {"parameters": {"binary_data_size": images.nbytes}}]}).encode()
    photograph = as_file(photo(640, 480), "JPEG", quality=85)
    length = f"Inference-Header-Content-Length: {len(head)}"
    return [
        single(),
        Load("28x28 as PNG", post("/predict", as_file(images[42], "PNG"))),
        Load(f"{BATCH} of 28x28, binary", post("/v2/models/digits/infer", head + images.tobytes(), length), BATCH, 8),
        Load("640x480 photo, alone", post("/predict", photograph), 1, 1),
    ]


def single(name: str = "28x28 as JSON", path: str = "/v1/models/digits:predict") -> Load:
    """Return a load of one picture a request, in TensorFlow Serving's form."""
    return Load(name, post(path, json.dumps({"instances": [sample()[2100].tolist()]}).encode(), JSON))


def peers() -> dict[str, tuple[str, Load]]:
    """Return the other servers: a module of this folder that takes a port, and what is sent to it, by package."""
    picture = sample()[2100].tolist()
    plain, named = json.dumps(picture).encode(), json.dumps({"picture": picture}).encode()
    return {
        "granian": ("granian_server", single("28x28 as JSON, ours on Granian")),
        "fastapi": ("tutorial_server", Load("28x28 as JSON, FastAPI and model.predict", post("/predict", plain, JSON))),
        "litserve": (
            "litserve_server",
            Load("28x28 as JSON, LitServe and model.predict in batches", post("/predict", named, JSON)),
        ),
    }


def measure(process: subprocess.Popen[bytes], port: int, load: Load) -> str:
    """Return a row of the first table."""
    asyncio.run(send(port, load, seconds=1))
    before, begun = processor_seconds(process.pid), time.perf_counter()
    sent = asyncio.run(send(port, load, seconds=SECONDS))
    spent, took = processor_seconds(process.pid) - before, time.perf_counter() - begun
    assert not sent.failed, sent.statuses
    rate, cost = len(sent.times) * load.pictures / took, 1000 * spent / len(sent.times)
    times = f"{sent.quantile(0.5):.1f} | {sent.quantile(0.99):.1f} | {cost:.2f}"
    return f"| {load.name} | {load.connections} | {rate:,.0f} | {times} | {len(sent.times):,} |"


@contextmanager
def ours(project: Project) -> Generator[tuple[subprocess.Popen[bytes], int]]:
    """Run `digits serve` on a free port."""
    port = free_port()
    with running([DIGITS, "-C", project.path, "serve", "--port", str(port)], project.variables(), port) as process:
        yield process, port


def rates(project: Project) -> Iterator[str]:
    """Yield the rows of the first table."""
    with ours(project) as (process, port):
        for load in loads():
            yield measure(process, port, load)
    folder = os.environ.get("PEERS", "")
    for package, (module, load) in peers().items():
        if folder and (Path(folder) / package).is_dir():
            port = free_port()
            told = {
                "PYTHONPATH": folder,
                "TF_CPP_MIN_LOG_LEVEL": "3",
                "DIGITS_MODEL": str(project.artifacts / "champion"),
            }
            command: list[str | Path] = [sys.executable, "-m", f"tests.benchmarks.serving.{module}", str(port)]
            with running(command, Project(project.path, told).variables(), port) as process:
                yield measure(process, port, load)


def attacks(project: Project) -> Iterator[Outcome]:
    """Yield the rows of the second table."""
    with ours(project) as (process, port):
        yield drip(port, single())
        yield flood(port, process.pid, single())
        yield fuzz(port, process.pid)
        yield promote(port, single(), project)


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        project = sealed_project(Path(folder) / "project")
        print("| request | connections | pictures a second | p50 ms | p99 ms | CPU-ms a request | n |")
        print("|---|---|---|---|---|---|---|")
        for row in rates(project):
            print(row, flush=True)
        print("\n| attack | p99 ms before | p99 ms during | what came of it | n |")
        print("|---|---|---|---|---|")
        for outcome in attacks(project):
            print(outcome, flush=True)


if __name__ == "__main__":
    main()
