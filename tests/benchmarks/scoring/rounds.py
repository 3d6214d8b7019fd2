"""All contenders in interleaved rounds, and the medians over the rounds."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.scoring.contenders import FEW, FLOOR, Contender
from tests.benchmarks.scoring.cost import Cost, run
from tests.benchmarks.scoring.pictures import warm

__all__ = ["Result", "floor_of", "measure", "score"]


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
                cost = score(way, folder, scratch / "out")
                if number:  # the first round compiles the packages
                    costs.setdefault((name, count), []).append(cost)
                    runs.append({"round": number, "contender": name, "count": count, **asdict(cost)})
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
    return {name: _result(way.count, costs[name, way.count], costs[name, FEW]) for name, way in ways.items()}, runs


def score(way: Contender, folder: Path, out: Path, *, watch: bool = False) -> Cost:
    """Score a folder once, into an empty one, and return what that cost."""
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
