"""Hand a run over: write it to a file, and take one from a file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from pipeline.history import hold
from pipeline.housekeeping.inventory import read_inventory
from pipeline.housekeeping.needs import needed_by_run
from pipeline.housekeeping.run_archive import check, unpack, write_archive
from pipeline.specification.stage import CORRECTIONS
from pipeline.store import Store
from schemas.errors import InputError
from schemas.manifest import Manifest, fsync, make_folder, rename, replace_link
from schemas.record import Record
from schemas.records.execution import Version
from schemas.records.run import RunRecord

__all__ = ["Taken", "export_run", "import_run"]

RECORDS = ("run.json", "pipeline.yaml", "log.jsonl")
RECORDED_CORRECTIONS = ("store", CORRECTIONS.stage, "executions")
"""Where the records lie that make corrections count; those of another project do not count here."""


class Taken(Record):
    """What came of an import; the document that `import-run --json` prints."""

    run: str
    """Name of the run."""
    others: list[str]
    """The runs that came with it, because it was made from what they made."""
    added: list[str]
    """The versions, records of executions and runs that were not there before, relative to artifacts/."""

    @property
    def was_here(self) -> bool:
        """Whether all of it was there already."""
        return not self.added


def export_run(artifacts: Path, run: RunRecord, to: Path) -> None:
    """Write a run to a tar file: its record, its artifacts and all that they were made from.

    Raises:
        InputError: the run has no artifacts, or one of them is damaged or gone.
    """
    there = read_inventory(artifacts)
    needs = needed_by_run(there, run.run)
    if not needs.versions:
        raise InputError(f"run {run.run} has no artifacts to export", do="digits runs lists the runs")
    store = Store(artifacts)
    for path in needs.versions:
        manifest = Manifest.read(artifacts / path)
        damage = store.damage_of(Version(path=path, content=manifest.content)) if manifest else None
        if manifest is None or damage:
            raise InputError(f"run {run.run} is not exported", found=f"{path} is damaged or gone", do="digits verify")
    runs = {run.run, *(there.executions[path].run for path in needs.executions)} & {*there.runs}
    records = [f"runs/{name}/{each}" for name in runs for each in RECORDS]
    paths = [*needs.versions, *needs.executions, *(path for path in records if (artifacts / path).is_file())]
    write_archive(artifacts, paths, to)


def import_run(file: Path, artifacts: Path) -> Taken:
    """Take the runs of a file into a project, and return what was added; all of it is checked before.

    Corrections that a run was made from come with it, but this project keeps its own as the newest. A kill at any
    moment leaves no record of what is not there.

    Raises:
        InputError: it is no archive of a run, or it is damaged; then nothing changes.
    """
    scratch = artifacts / ".staging" / f".import-{os.urandom(4).hex()}"
    make_folder(artifacts)
    scratch.mkdir(parents=True)
    try:
        unpack(file, scratch)
        runs = [record.run for record in check(file, scratch)]
        added: list[str] = []
        make_folder(artifacts / "store")
        with hold(artifacts / "store"):
            for pattern in ("store/*/*/v*", "store/*/executions/*.json", "runs/*"):
                for path in sorted(scratch.glob(pattern)):
                    place = path.relative_to(scratch)
                    if place.parent.parts != RECORDED_CORRECTIONS and _move(path, artifacts / place):
                        added.append(place.as_posix())
        for name in runs:
            _link_outputs(artifacts, name)
        return Taken(run=runs[0], others=runs[1:], added=added)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _move(path: Path, target: Path) -> bool:
    """Move a version, an execution or a run to where it belongs, durably; return whether it was not there."""
    if target.exists():
        return False
    for each in (path, *path.rglob("*")):
        if each.is_file() and "store" in target.parts and "executions" not in target.parts:
            each.chmod(0o444)
        fsync(each)
    make_folder(target.parent)
    rename(path, target)
    fsync(target.parent)
    return True


def _link_outputs(artifacts: Path, run: str) -> None:
    folder = artifacts / "runs" / run
    record = RunRecord.load(folder / "run.json")
    for stage in record.stages:
        for name, path in stage.outputs.items():
            if (artifacts / path).is_dir():
                replace_link(folder / f"{stage.stage}.{name}", f"../../{path}")
    fsync(folder)
