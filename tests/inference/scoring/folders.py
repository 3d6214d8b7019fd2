"""Folders to score, and readers of their output."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inference.model.bundle import LoadedBundle
from inference.scoring.engines.beam import Beam
from inference.scoring.folder import Scored, score_folder
from inference.scoring.job import Job
from inference.scoring.output import Output
from inference.scoring.part import Columns
from inference.scoring.storage.disk import Disk
from tests.inference.pictures import as_file, sample

__all__ = [
    "MANY",
    "as_nobody",
    "job_of",
    "parts_of",
    "read_rows",
    "score",
    "write_many",
    "write_mixed",
    "write_pictures",
]

MANY = 6_000
NOBODY = 65534


def write_pictures(folder: Path, count: int, first: int = 0) -> Path:
    """Write MNIST digits as 00000.png, 00001.png and so on, into at most ten folders."""
    for number in range(first, first + count):
        place = folder / f"{number % 10}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:05}.png").write_bytes(as_file(sample()[number % 5000], "PNG"))
    return folder


def write_mixed(folder: Path, count: int) -> Path:
    """Write *count* digits, and a text named like a picture."""
    write_pictures(folder, count)
    (folder / "0" / "notes.png").write_text("two pints of milk, and bread")
    return folder


def write_many(folder: Path) -> Path:
    """Write 200 digits under MANY names in 30 folders: enough for all worker processes to start before the end."""
    for number in range(200):
        for copy in range(MANY // 200):
            path = folder / f"{copy:02}" / f"{number:03}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            if copy:
                path.hardlink_to(folder / "00" / path.name)
            else:
                path.write_bytes(as_file(sample()[number * 25], "PNG", compress_level=0))
    return folder


def job_of(folder: Path, loaded: LoadedBundle, out: Path, *, follow: bool = False, **columns: bool) -> Job:
    """Return the job of scoring a folder."""
    output = Output(str(out))
    return Job(Disk.at(folder, (output.path, output.parts), follow=follow), loaded, Columns(**columns))


def score(  # noqa: PLR0913  (what score_folder and Job take)
    folder: Path,
    loaded: LoadedBundle,
    out: Path,
    *,
    follow: bool = False,
    workers: int | None = 1,
    force: bool = False,
    beam: list[str] | None = None,
    **columns: bool,
) -> Scored:
    """Score a folder, by default in this process."""
    work = job_of(folder, loaded, out, follow=follow, **columns)
    engine = None if beam is None else Beam(beam)
    return score_folder(work, Output(str(out)), workers=workers, force=force, beam=engine)


def read_rows(out: Path) -> dict[str, dict[str, Any]]:
    """Read a table of predictions, or a folder of them, and return each row by its path."""
    import pyarrow.parquet as pq

    files = [out] if out.is_file() else sorted(out.glob("*.parquet"))
    rows = [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]
    by_path = {row["path"]: row for row in rows}
    assert len(by_path) == len(rows)
    return by_path


def parts_of(out: Path) -> dict[str, tuple[int, int]]:
    """Return inode and modification time of each part in a folder."""
    found = (entry for entry in os.scandir(out) if entry.name.endswith(".parquet"))
    return {entry.name: (entry.stat().st_ino, entry.stat().st_mtime_ns) for entry in found}


@contextmanager
def as_nobody(place: Path, *closed: Path) -> Generator[None]:
    """Remove all rights to *closed* and run as a user who cannot read them but can write *place*."""
    place.chmod(0o777)
    for each in closed:
        each.chmod(0)
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        for each in closed:
            each.chmod(0o755)
