"""What scoring a folder costs a picture: python -m tests.benchmarks.score SCRATCH --model PROJECT_OR_BUNDLE.

SCRATCH keeps the pictures, which are made once: MNIST's where MNIST_FILES names the folder of its original files. PEERS
names the folder of onnxruntime and tf2onnx (see score_peers); without them the pool's rows are left out.

Each contender is a process of its own, in interleaved rounds, from a warm page cache: processor seconds of it and its
children, and wall seconds, start-up and writing included; medians. Each is started with ten pictures as well, which
tells what start-up costs. The floor has neither: it is taken inside of its process. SCRATCH/score.json keeps each run.
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
    """What a process and its children cost.

    Attributes:
        cpu: processor seconds.
        wall: seconds.
        largest: most memory of the one that had most, MiB; 0 where it was not watched.
        together: most memory of all of them at a time, MiB, what they share counted in each.
        said: what it printed.
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
        command: its arguments, of the folder and the output.
        folder: the pictures.
        few: ten of them.
        count: how many.
    """

    command: Callable[[Path, Path], list[str]]
    folder: Path
    few: Path
    count: int


@dataclass(frozen=True)
class Result:
    """What the rounds gave: medians.

    Attributes:
        count: pictures.
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
        """Processor microseconds a picture, all told."""
        return 1e6 * self.cpu / self.count

    @property
    def beyond(self) -> float:
        """Processor microseconds a picture beyond start-up."""
        return 1e6 * max(self.cpu - self.start, 1e-9) / max(self.count - FEW, 1)

    @property
    def rate(self) -> float:
        """Pictures a second, all told."""
        return self.count / self.wall

    @property
    def rate_beyond(self) -> float:
        """Pictures a second beyond start-up."""
        return (self.count - FEW) / max(self.wall - self.start_wall, 1e-9)


@dataclass(frozen=True)
class Models:
    """One model in the forms the contenders take.

    Attributes:
        bundle: its folder.
        project: one whose only model it is.
        keras: the .keras file it was exported from, or the bundle.
        onnx: None where it cannot be made.
        why_not: the reason.
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
    """Carry out a command in a process of its own, which must end with 0."""
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
    """Look ten times a second at the memory of a process and those below it.

    Gives the most that one of them ever had, and the most they had together, in MiB. (What wait4 tells is at least
    what the process that started them has.)
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
    """Give the most memory a process ever had, and what it has, in KiB."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:  # it has ended
        return 0, 0
    fields = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith(("VmHWM", "VmRSS"))}
    return int(fields.get("VmHWM", 0)), int(fields.get("VmRSS", 0))


def contenders(scratch: Path, models: Models, count: int, photos: int) -> dict[str, Contender]:
    """Make the pictures, and name all that score them."""
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
    """Let all of them score in rounds; gives medians, and each run."""
    warm(*{folder for way in ways.values() for folder in (way.folder, way.few)})
    runs: list[dict[str, object]] = []
    costs: dict[tuple[str, int], list[Cost]] = {}
    for number in range(rounds + 1):
        for name, way in ways.items():
            for folder, count in ((way.few, FEW), (way.folder, way.count))[: 2 if number else 1]:
                cost = _score(way, folder, scratch / "out")
                if number:  # the first compiles the packages, and is not counted
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
    """Give the microseconds a picture of the floor's two halves: files, and model; medians."""
    said = [json.loads(str(each["said"])) for each in runs if (each["contender"], each["count"]) == (FLOOR, count)]
    return statistics.median(each["files"] for each in said), statistics.median(each["model"] for each in said)


def table_of_digits(results: dict[str, Result], floor: tuple[float, float]) -> str:
    """Give the table of 28x28 pictures; the floor's figure is that of the files and that of the model."""
    files, model = floor
    both = files + model
    lines = [
        "| 28x28 PNGs | n | CPU-us a picture | beyond start-up | start-up, CPU-s | pictures/s | speed of the floor's |",
        "|---|---|---|---|---|---|---|",
        f"| {FLOOR}: {files:.1f} + {model:.1f} | {results[FLOOR].count:,} | {both:.1f} | {both:.1f} | | | 100 % |",
    ]
    for name, each in results.items():
        if name != FLOOR and not name.endswith("photos"):
            told = f"{each.each:,.1f}" if name != LOOP else ""  # of 200, start-up would be most
            lines.append(
                f"| {name} | {each.count:,} | {told} | {each.beyond:,.1f} | {each.start:.2f} | {each.rate:,.0f} "
                f"| {100 * both / (each.each if told else each.beyond):.2g} % |"
            )
    return "\n".join(lines)


def table_of_photos(results: dict[str, Result]) -> str:
    """Give the table of photos."""
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
    """Give what was asked for beside what was reached."""
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
    """Score few and many files in one folder, and give the table of their memory."""
    digits = make_digits(scratch / f"digits-{files}", files)
    folders = {files: digits, names: link_many(scratch / f"links-{names}", names, digits)}
    ways = contenders(scratch, models, files, FEW)
    lines = ["| memory | files in one folder | largest process, MiB | all together, MiB | s |", "|---|---|---|---|---|"]
    for name in (ONE, ALL):  # few files are done by one process, whatever the cores: the second row has more of them
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
    """Name the day and the machine."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    return f"{dt.datetime.now(dt.UTC).date()}, {model}, {_cores()} cores, Python {platform.python_version()}"


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def main() -> None:
    """Measure, print the tables and keep each run."""
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
