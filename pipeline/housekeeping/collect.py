"""Find what a project no longer needs, and delete it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from functools import cached_property
from pathlib import Path

from pipeline.champion import clear_drafts
from pipeline.history import NAMES, hold
from pipeline.housekeeping.inventory import GOING, TRASH, Inventory, read_inventory
from pipeline.housekeeping.needs import Needs, find_needs
from pipeline.housekeeping.sizes import freed, size_of
from pipeline.runner.machine_errors import FULL
from schemas.errors import InputError, UsageError
from schemas.manifest import fsync, rename, replace_link, write_atomically
from schemas.record import Record
from schemas.records.promotion import HISTORY, read_history

__all__ = ["Collection", "Item", "Rule", "collect", "delete_run"]

SHOWN = 4


class Item(Record):
    """A run or a version that goes or is kept, or another folder with data."""

    path: str
    """Relative to artifacts/; absolute if it lies elsewhere."""
    size: int
    """Bytes; a file that several versions share counts in each."""
    why: list[str]
    """Why it is kept, or why it may go."""


class Rule(Record):
    """Which runs are kept in any case."""

    newest: int | None = None
    """The newest runs to keep; None for none but the latest."""
    since: str = ""
    """UTC, ISO 8601, in seconds: runs started after then are kept; empty for none."""
    since_text: str = ""
    """The same in words, such as `30d`."""


class Collection(Record):
    """What goes, what is kept, and what else takes space; the document that `gc --json` prints."""

    goes: list[Item]
    executions: int
    """Number of records of executions that go."""
    frees: int
    """Bytes that are freed: files that something kept shares stay."""
    kept: list[Item]
    elsewhere: list[Item]
    """What gc leaves alone."""
    deleted: bool


def collect(artifacts: Path, rule: Rule, *, delete: bool) -> Collection:
    """Find what no kept run, no bundle that people rely on and no running process needs; delete it if asked to.

    To delete is safe beside other processes, because none chooses what to use meanwhile, and against a kill at any
    moment: executions go first, so that none names a version that is gone; then the links of kept runs; then runs and
    versions, each by a rename. The next call deletes what a killed one had only renamed.

    Raises:
        InputError: it is to delete, and a record is damaged, so that what it needs is not known.
    """
    with _locked(artifacts, delete=delete):
        there = read_inventory(artifacts)
        plan = _Plan(there, find_needs(there, _kept_by(rule, there)))
        found = plan.collection(deleted=delete)
        if delete:
            _refuse_damage(there)
            plan.carry_out()
    if delete:
        shutil.rmtree(artifacts / TRASH, ignore_errors=True)
    return found


def delete_run(artifacts: Path, run: str) -> Collection:
    """Delete a run, and what it ran and nothing else needs.

    Raises:
        InputError: A record is damaged.
        UsageError: The run is running, or something else needs it.
    """
    with _locked(artifacts, delete=True):
        there = read_inventory(artifacts)
        needs = find_needs(there, {name: ["is not the run to delete"] for name in there.runs if name != run})
        reasons = ["is running"] if there.runs[run].outcome == "running" else needs.runs.get(run, [])
        if reasons:
            raise UsageError(f"run {run} is not deleted", found=f"it {'; it '.join(reasons)}")
        _refuse_damage(there)
        plan = _Plan(there, needs, run)
        found = plan.collection(deleted=True)
        plan.carry_out()
    shutil.rmtree(artifacts / TRASH, ignore_errors=True)
    return found


def _locked(artifacts: Path, *, delete: bool) -> AbstractContextManager[None]:
    (artifacts / "store").mkdir(parents=True, exist_ok=True)
    return hold(artifacts / "store", fcntl.LOCK_EX if delete else fcntl.LOCK_SH)


def _refuse_damage(there: Inventory) -> None:
    """Raise InputError if a record cannot be read, or a line of the history was changed."""
    damage = [*there.damaged, *(f"{HISTORY}: {what}" for what in read_history(there.artifacts).damage)]
    if damage:
        raise InputError(
            "nothing is deleted while a record is damaged: what it needs is not known",
            found="; ".join(damage[:SHOWN]) + (f"; and {len(damage) - SHOWN} more" if len(damage) > SHOWN else ""),
            do="digits verify --set-aside moves damaged records to artifacts/.quarantine",
        )


def _kept_by(rule: Rule, there: Inventory) -> dict[str, list[str]]:
    """Return the runs that are kept and why, by name."""
    newest = set(list(there.runs)[: rule.newest or 0])
    kept: dict[str, list[str]] = {}
    for name, record in there.runs.items():
        reasons = {
            "is running": record.outcome == "running",
            "is the latest": name == there.latest,
            f"is named {there.names.get(name)}": name in there.names,
            f"is one of the {rule.newest} newest": name in newest,
            f"is not older than {rule.since_text}": bool(rule.since) and record.started > rule.since,
        }
        if found := [reason for reason, holds in reasons.items() if holds]:
            kept[name] = found
    return kept


class _Plan:
    """What goes.

    Args:
        there: what lies in artifacts/.
        needs: what of it is needed.
        run: only what this run ran goes; None for everything that nothing needs.
    """

    def __init__(self, there: Inventory, needs: Needs, run: str | None = None) -> None:
        self.there = there
        self.needs = needs
        self.artifacts = there.artifacts
        self.runs = [name for name in there.runs if name not in needs.runs]
        self.executions = [path for path in there.executions if path not in needs.executions]
        self.versions = [path for path in there.versions if path not in needs.versions]
        self._there = frozenset(there.versions)
        if run:
            self.executions = [path for path in self.executions if there.executions[path].run == run]
            made = {version.path for path in self.executions for version in there.executions[path].outputs.values()}
            self.versions = [path for path in self.versions if path in made]

    def collection(self, *, deleted: bool) -> Collection:
        """Return what goes and what is kept, with sizes."""
        named = "nothing that is kept needs it", "no execution names it"
        going = {f"runs/{name}": ["no rule keeps it"] for name in self.runs}
        going |= {path: [named[path not in self.there.makers]] for path in self.versions}
        frees, sizes = freed(f"{self.artifacts}/{path}" for path in self._paths())
        of_going = sizes[len(self.executions) :]
        kept = {f"runs/{name}": reasons for name, reasons in self.needs.runs.items()}
        kept |= {path: reasons for path, reasons in sorted(self.needs.versions.items()) if path in self}
        return Collection(
            goes=[
                Item(path=path, size=size, why=why) for (path, why), size in zip(going.items(), of_going, strict=True)
            ],
            executions=len(self.executions),
            frees=frees,
            kept=[Item(path=path, size=size_of(self.artifacts / path), why=why) for path, why in kept.items()],
            elsewhere=list(_elsewhere(self.artifacts, self.there)),
            deleted=deleted,
        )

    def __contains__(self, version: str) -> bool:
        """Return whether a version is there, needed or not."""
        return version in self._there

    def carry_out(self) -> None:
        """Remove the records of executions, and rename the rest into the trash, which lists it beforehand."""
        trash = self._begin() if self._paths() else Path()
        for path in self.executions:
            (self.artifacts / path).unlink(missing_ok=True)
        self._sync(self.executions)
        self._unlink(*(f"runs/{name}" for name in self.needs.runs))
        for number, path in enumerate(self._paths()[len(self.executions) :]):
            with suppress(FileNotFoundError):  # it went to make room
                rename(self.artifacts / path, trash / str(number))  # a folder for each would need space
        self._sync(self._paths())
        self._unlink(NAMES)
        clear_drafts(self.artifacts)

    def _begin(self) -> Path:
        """Return the folder of the trash with the list; on a full disk what needs no list goes first.

        After a kill the next call finds that: a run by its record, and a version that no execution names. Only a bundle
        is then taken for one from elsewhere, so bundles and their records stay until they are listed.
        """
        for make_room in (self._drop_records, self._drop_versions):
            try:
                return self._list()
            except OSError as error:
                if error.errno not in FULL:
                    raise
            make_room()
            os.sync()  # some file systems count what was removed as free only then
        return self._list()

    def _list(self) -> Path:
        trash = self.artifacts / TRASH / os.urandom(4).hex()
        try:
            trash.mkdir(parents=True)
            write_atomically(trash / GOING, "".join(f"{path}\n" for path in self.versions))
        except OSError:
            shutil.rmtree(trash, ignore_errors=True)
            raise
        return trash

    def _drop_records(self) -> None:
        """Remove what is in the trash, the logs of runs that go, and the records of executions without a bundle."""
        for path in (self.artifacts / TRASH).glob("*/*"):
            if path.name != GOING:
                shutil.rmtree(path, ignore_errors=True)
        for run in self.runs:
            for path in _logs(self.artifacts / "runs" / run):
                path.unlink(missing_ok=True)
        for path in self.executions:
            if self._bundles.isdisjoint(version.path for version in self.there.executions[path].outputs.values()):
                (self.artifacts / path).unlink(missing_ok=True)

    def _drop_versions(self) -> None:
        """Remove versions, whose records are gone, where they are: a kill leaves some in part, which nothing names."""
        for path in self.versions:
            if path not in self._bundles:
                shutil.rmtree(self.artifacts / path, ignore_errors=True)

    @cached_property
    def _bundles(self) -> frozenset[str]:
        return frozenset(path for path in self.versions if self.there.is_bundle(path))

    def _paths(self) -> list[str]:
        return [*self.executions, *(f"runs/{name}" for name in self.runs), *self.versions]

    def _unlink(self, *folders: str) -> None:
        """Remove the links to what goes from these folders; the link latest points to the newest run that stays."""
        going = {self.artifacts / path for path in self._paths()}
        for folder in (self.artifacts / each for each in folders):
            links = [link for link in folder.glob("*") if link.is_symlink()]
            lost = [link for link in links if Path(os.path.normpath(folder / link.readlink())) in going]
            for link in lost:
                link.unlink()
            self._sync(lost)
        if self.there.latest in self.runs:
            latest = self.artifacts / "latest"
            rest = [name for name in self.there.runs if name not in self.runs]
            replace_link(latest, f"runs/{rest[0]}") if rest else latest.unlink(missing_ok=True)
            self._sync([latest])

    def _sync(self, paths: Iterable[str | Path]) -> None:
        for folder in {(self.artifacts / path).parent for path in paths}:
            fsync(folder)


def _logs(run: Path) -> list[Path]:
    """Return the files of a run's folder that nothing reads to know what the run needs."""
    return [run / "log.jsonl", *(path for path in (run / "logs").rglob("*") if path.is_symlink() or path.is_file())]


def _elsewhere(artifacts: Path, there: Inventory) -> Iterator[Item]:
    """Yield what gc leaves alone, if it is there."""
    downloads = Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()
    folders = {
        artifacts / ".quarantine": "damaged artifacts, kept for you to look at: rm -r deletes them",
        artifacts / ".staging": "what a stage is writing, or left when it was killed: the next run resumes it",
        downloads
        / "mnist": "prepared by TensorFlow Datasets for all projects: rm -r deletes it; to make it takes minutes",
        downloads / "downloads": "downloaded by TensorFlow Datasets for all projects: rm -r deletes it",
    }
    for folder in sorted((artifacts / "runs").glob("*")):
        if folder.name not in there.runs:
            folders[folder] = "its record cannot be read"
    for folder, what in folders.items():
        if size := size_of(folder):
            inside = folder.is_relative_to(artifacts)
            yield Item(path=str(folder.relative_to(artifacts) if inside else folder), size=size, why=[what])
