"""The tables of the scoring benchmark, as docs/measurements.md shows them."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.machine import cores
from tests.benchmarks.scoring.contenders import (
    ALL,
    BEAM,
    FEW,
    FLOOR,
    LOOP,
    ONE,
    PHOTOS_ALL,
    PHOTOS_ONE,
    PHOTOS_POOL,
    POOL,
    TF32,
    TF256,
    Models,
    contenders,
)
from tests.benchmarks.scoring.pictures import link_many, make_digits
from tests.benchmarks.scoring.rounds import Result, score

__all__ = ["table_of_digits", "table_of_memory", "table_of_photos", "table_of_targets"]


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
        (f"speed of {cores()} processes, times one", f"{ours.wall / results[ALL].wall:.2f}", "1.8 on two cores"),
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
        costs = [score(ways[name], folder, scratch / "out", watch=True) for folder in folders.values()]
        lines += [
            f"| {name} | {count:,} | {cost.largest:.0f} | {cost.together:.0f} | {cost.wall:.0f} |"
            for count, cost in zip(folders, costs, strict=True)
        ]
        few, many = costs
        more = f"{many.largest - few.largest:+.0f} | {many.together - few.together:+.0f}"
        lines.append(f"| difference, of 200 at most | | {more} | |")
    return "\n".join(lines)
