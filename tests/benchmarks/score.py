"""Cost of scoring a folder: python -m tests.benchmarks.score SCRATCH --model PROJECT_OR_BUNDLE.

SCRATCH keeps the pictures, which are made once: MNIST's if MNIST_FILES names the folder of its original files. PEERS
names the folder of onnxruntime and tf2onnx (see score_peers); without them the pool's rows are left out.

Each contender is a separate process, in interleaved rounds, from a warm page cache. Measured are processor seconds,
child processes included, and wall seconds, with start-up and writing; medians. Each also scores ten pictures, which
measures start-up. The floor has neither start-up nor writing: it is timed inside its process. SCRATCH/score.json keeps
every run.
"""

from __future__ import annotations

import argparse
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
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.score_pictures import link_many, make_digits, make_photos, warm
from tests.project import DIGITS, HOUSE

FEW, NAIVE = 10, 200
FILES, NAMES = 10_000, 1_000_000
PEER = [sys.executable, "-m", "tests.benchmarks.score_peers"]
FLOOR, ONE, ALL, BEAM = "the floor", "digits score --workers 1", "digits score", "digits score --engine beam"
TF32, TF256 = (f"tf.data + model.predict, batches of {n}" for n in (32, 256))
POOL, LOOP = "Pillow in a pool + onnxruntime", "Pillow + model.predict, one at a time"
PHOTOS_ONE, PHOTOS_ALL, PHOTOS_POOL = (f"{name}, photos" for name in (ONE, ALL, POOL))


@dataclass(frozen=True)
class Cost:
    """The cost of a process and its children.

    Attributes:
        cpu: processor seconds.
        wall: seconds.
        largest: largest peak memory of one process, MiB; 0 if it was not watched.
        together: peak memory of all processes together, MiB; shared pages count in each.
        said: its standard output.
    """

    cpu: float
    wall: float
    largest: float
    together: float
    said: str


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
class Result:
    """Medians over the rounds.

    Attributes:
        count: number of pictures.
        cpu: processor seconds.
        wall: seconds.
        start: processor seconds with ten pictures.
        start_wall: seconds with ten pictures.
    """

    count: int
    cpu: float
    wall: float
    start: float
    start_wall: float

    @property
    def each(self) -> float:
        """Processor microseconds a picture, start-up included."""
        return 1e6 * self.cpu / self.count

    @property
    def beyond(self) -> float:
        """Processor microseconds a picture, without start-up."""
        return 1e6 * max(self.cpu - self.start, 1e-9) / max(self.count - FEW, 1)

    @property
    def rate(self) -> float:
        """Pictures a second, start-up included."""
        return self.count / self.wall

    @property
    def rate_beyond(self) -> float:
        """Pictures a second, without start-up."""
        return (self.count - FEW) / max(self.wall - self.start_wall, 1e-9)


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


def run(command: list[str], *, watch: bool = False) -> Cost:
    """Run a command as a process, which must exit with 0, and return its cost."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begun = time.perf_counter()
        process = subprocess.Popen(command, cwd=HOUSE, env=variables, stdout=out, stderr=err)
        largest, together = _watch(process.pid) if watch else (0.0, 0.0)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said, complaint = out.read(), err.read()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}\n{complaint[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, largest, together, said)


def _watch(process: int) -> tuple[float, float]:
    """Sample the memory of a process and its descendants ten times a second.

    Returns:
        The largest peak of one process and the largest sum over all of them, in MiB. The peak that wait4 reports
        would not do: it is at least the memory of the parent process.
    """
    largest = together = 0
    while os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        found = [_memory(each) for each in _family(process)]
        largest = max(largest, *(peak for peak, _ in found), 0)
        together = max(together, sum(now for _, now in found))
        time.sleep(0.1)
    return largest / 1024, together / 1024


def _family(process: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:  # it has ended
        return []
    return [process, *(each for child in children for each in _family(child))]


def _memory(process: int) -> tuple[int, int]:
    """Return the peak and the present memory of a process, in KiB."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:  # it has ended
        return 0, 0
    fields = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith(("VmHWM", "VmRSS"))}
    return int(fields.get("VmHWM", 0)), int(fields.get("VmRSS", 0))


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


def measure(
    ways: dict[str, Contender], rounds: int, scratch: Path
) -> tuple[dict[str, Result], list[dict[str, object]]]:
    """Run all contenders in rounds; return medians, and each run."""
    warm(*{folder for way in ways.values() for folder in (way.folder, way.few)})
    runs: list[dict[str, object]] = []
    costs: dict[tuple[str, int], list[Cost]] = {}
    for number in range(rounds + 1):
        for name, way in ways.items():
            for folder, count in ((way.few, FEW), (way.folder, way.count))[: 2 if number else 1]:
                cost = _score(way, folder, scratch / "out")
                if number:  # the first round compiles the packages
                    costs.setdefault((name, count), []).append(cost)
                    runs.append({"round": number, "contender": name, "count": count, **asdict(cost)})
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
    return {name: _result(way.count, costs[name, way.count], costs[name, FEW]) for name, way in ways.items()}, runs


def _score(way: Contender, folder: Path, out: Path, *, watch: bool = False) -> Cost:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    return run(way.command(folder, out / "predictions"), watch=watch)


def _result(count: int, whole: list[Cost], few: list[Cost]) -> Result:
    cpu, wall, start, start_wall = (
        statistics.median(values)
        for values in (
            [each.cpu for each in whole],
            [each.wall for each in whole],
            [each.cpu for each in few],
            [each.wall for each in few],
        )
    )
    return Result(count, cpu, wall, start, start_wall)


def floor_of(runs: list[dict[str, object]], count: int) -> tuple[float, float]:
    """Return the floor's median microseconds a picture for its two halves: files and model."""
    said = [json.loads(str(each["said"])) for each in runs if (each["contender"], each["count"]) == (FLOOR, count)]
    return statistics.median(each["files"] for each in said), statistics.median(each["model"] for each in said)


def table_of_digits(results: dict[str, Result], floor: tuple[float, float]) -> str:
    """Return the table of 28x28 pictures; the floor is the sum of files and model."""
    files, model = floor
    both = files + model
    lines = [
        "| 28x28 PNGs | n | CPU-us a picture | beyond start-up | start-up, CPU-s | pictures/s | speed of the floor's |",
        "|---|---|---|---|---|---|---|",
        f"| {FLOOR}: {files:.1f} + {model:.1f} | {results[FLOOR].count:,} | {both:.1f} | {both:.1f} | | | 100 % |",
    ]
    for name, each in results.items():
        if name != FLOOR and not name.endswith("photos"):
            shown = f"{each.each:,.1f}" if name != LOOP else ""  # with 200 pictures, start-up would dominate
            lines.append(
                f"| {name} | {each.count:,} | {shown} | {each.beyond:,.1f} | {each.start:.2f} | {each.rate:,.0f} "
                f"| {100 * both / (each.each if shown else each.beyond):.2g} % |"
            )
    return "\n".join(lines)


def table_of_photos(results: dict[str, Result]) -> str:
    """Return the table of photos."""
    lines = [
        "| 640x480 JPEGs | n | CPU-ms a photo | beyond start-up | photos/s | beyond start-up |",
        "|---|---|---|---|---|---|",
    ]
    for name in (PHOTOS_ONE, PHOTOS_ALL, PHOTOS_POOL):
        if name in results:
            each = results[name]
            lines.append(
                f"| {name.removesuffix(', photos')} | {each.count:,} | {each.each / 1000:.2f} "
                f"| {each.beyond / 1000:.2f} | {each.rate:,.0f} | {each.rate_beyond:,.0f} |"
            )
    return "\n".join(lines)


def table_of_targets(results: dict[str, Result], floor: float) -> str:
    """Return the table of targets and measured values."""
    ours, peer = results[ONE], min(results[TF32].each, results[TF256].each)
    rows = [
        ("CPU-us a picture, one process", f"{ours.each:.1f}", "75 at most"),
        ("speed of the floor's", f"{100 * floor / ours.each:.0f} %", "65 % at least"),
        ("the same beyond start-up", f"{100 * floor / ours.beyond:.0f} %", ""),
        ("times as fast as tf.data + model.predict", f"{peer / ours.each:.1f}", "4 at least"),
        ("times as fast as one at a time", f"{results[LOOP].beyond / ours.each:,.0f}", "1,000 at least"),
        (
            "Beam's speed of the local engine's beyond start-up",
            f"{100 * ours.beyond / results[BEAM].beyond:.0f} %",
            "80 %",
        ),
        (f"speed of {_cores()} processes, times one", f"{ours.wall / results[ALL].wall:.2f}", "1.8 on two cores"),
        ("the same beyond start-up", f"{results[ALL].rate_beyond / ours.rate_beyond:.2f}", ""),
    ]
    if POOL in results:
        photos, pool = results[PHOTOS_ALL], results[PHOTOS_POOL]
        rows += [
            ("times as fast as the pool", f"{results[POOL].each / ours.each:.1f}", ""),
            ("photos/s, times the pool's", f"{photos.rate / pool.rate:.2f}", "2 at least"),
            ("the same beyond start-up", f"{photos.rate_beyond / pool.rate_beyond:.2f}", ""),
        ]
    return "\n".join(["| target | reached | asked |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)])


def table_of_memory(scratch: Path, models: Models, files: int, names: int) -> str:
    """Score few and many files in one folder, and return the table of their memory."""
    digits = make_digits(scratch / f"digits-{files}", files)
    folders = {files: digits, names: link_many(scratch / f"links-{names}", names, digits)}
    ways = contenders(scratch, models, files, FEW)
    lines = ["| memory | files in one folder | largest process, MiB | all together, MiB | s |", "|---|---|---|---|---|"]
    for name in (ONE, ALL):  # ALL scores few files in one process, but many in several
        costs = [_score(ways[name], folder, scratch / "out", watch=True) for folder in folders.values()]
        lines += [
            f"| {name} | {count:,} | {cost.largest:.0f} | {cost.together:.0f} | {cost.wall:.0f} |"
            for count, cost in zip(folders, costs, strict=True)
        ]
        few, many = costs
        more = f"{many.largest - few.largest:+.0f} | {many.together - few.together:+.0f}"
        lines.append(f"| difference, of 200 at most | | {more} | |")
    return "\n".join(lines)


def machine() -> str:
    """Return the date and the machine in words."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    return f"{dt.datetime.now(dt.UTC).date()}, {model}, {_cores()} cores, Python {platform.python_version()}"


def _cores() -> int:
    return len(os.sched_getaffinity(0))


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
