"""One file that holds a run and all that it was made from: the same bytes each time, and read without trust."""

from __future__ import annotations

import re
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NoReturn

from pipeline.store import VERSION
from schemas.errors import InputError
from schemas.manifest import Manifest, drafted
from schemas.records.execution import Execution
from schemas.records.run import RunRecord

__all__ = ["check", "unpack", "write_archive"]

STAGE, RUN = r"[a-z][a-z0-9_]*", r"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{4}"
OUTPUT = r"[A-Za-z_]\w*"
VERSIONS = rf"store/{STAGE}/{OUTPUT}/{VERSION.pattern}"
ALLOWED = re.compile(
    rf"runs/{RUN}/(run\.json|pipeline\.yaml|log\.jsonl)"
    rf"|store/{STAGE}/executions/[0-9a-f]{{64}}-{RUN}\.json"
    rf"|{VERSIONS}/.+"
)
MOST_FILES, MOST_BYTES = 20_000, 2**33
DO = "digits export-run RUN --to FILE writes one"


def write_archive(artifacts: Path, paths: Iterable[str], to: Path) -> None:
    """Write files of artifacts/ to a tar file, in the order of their names and without times or owners.

    Args:
        artifacts: of the project.
        paths: files and folders, relative to *artifacts*.
        to: the file; it is replaced if it exists.
    """
    with drafted(to) as draft, tarfile.open(draft, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted({file for each in paths for file in _files(artifacts / each)}):
            entry = tarfile.TarInfo(path.relative_to(artifacts).as_posix())
            entry.size = path.stat().st_size
            with path.open("rb") as content:
                archive.addfile(entry, content)


def unpack(file: Path, folder: Path) -> None:
    """Unpack an archive into an empty folder.

    Whatever the file holds, only regular files are made, below the folder, where those of a run belong.

    Raises:
        InputError: it is no archive of a run.
    """
    try:
        with tarfile.open(file, "r:") as archive:
            for member in _members(file, archive):
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                content = archive.extractfile(member)
                with target.open("xb") as written:
                    shutil.copyfileobj(content or _refuse(file, member.name), written)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        found = str(error) or type(error).__name__
        raise InputError(f"{file} is not a run that digits has exported", found=found, do=DO) from error


def check(file: Path, folder: Path) -> list[RunRecord]:
    """Check everything that was unpacked, and return the records of the runs, newest first.

    Raises:
        InputError: a file differs from its hash, or something that the runs name is not there.
    """
    contents: dict[str, str] = {}
    for version in sorted(path for path in folder.glob("store/*/*/v*") if path.is_dir()):
        manifest, name = Manifest.read(version), version.relative_to(folder).as_posix()
        damage = next(manifest.damage(version), None) if manifest else "no manifest.json"
        if manifest is None or damage:
            raise InputError(f"{file} is damaged", found=f"{name}: {damage}", do="get the file again")
        contents[name] = manifest.content
    for record in sorted(folder.glob("store/*/executions/*.json")):
        _check_execution(file, record, contents)
    runs = [_read_run(file, path) for path in sorted(folder.glob("runs/*"), reverse=True)]
    if not runs:
        raise InputError(f"{file} is not a run that digits has exported", found="no run.json", do=DO)
    return runs


def _files(path: Path) -> Iterator[Path]:
    yield from (each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


def _members(file: Path, archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the members, each checked before the next one is read."""
    seen, size = set[str](), 0
    for member in archive:
        size += member.size
        safe = ALLOWED.fullmatch(member.name) and not {"", ".", ".."} & set(member.name.split("/"))
        plain = member.type in {tarfile.REGTYPE, tarfile.AREGTYPE} and not member.issparse()
        if not (safe and plain) or member.name in seen or any(each in member.name for each in "\\\0"):
            _refuse(file, member.name)
        if len(seen) >= MOST_FILES or size > MOST_BYTES:
            raise InputError(
                f"{file} is too large", expected=f"{MOST_FILES:,} files and {MOST_BYTES // 2**30} GiB at most"
            )
        seen.add(member.name)
        yield member


def _refuse(file: Path, name: str) -> NoReturn:
    found = f"{name!r}, which is no regular file of a run, or there twice"
    raise InputError(f"{file} is not a run that digits has exported", found=found, do=DO)


def _check_execution(file: Path, path: Path, contents: dict[str, str]) -> None:
    try:
        execution = Execution.load(path)
    except ValueError as error:
        raise InputError(f"{file} is damaged", found=f"{path.name}: {error}", do="get the file again") from error
    wrong = next((each.path for each in execution.outputs.values() if contents.get(each.path) != each.content), None)
    if wrong or f"{execution.name}.json" != path.name or execution.stage != PurePosixPath(path).parts[-3]:
        found = f"{path.name}, which names {wrong or execution.name}"
        raise InputError(f"{file} is damaged", found=found, do="get the file again")


def _read_run(file: Path, folder: Path) -> RunRecord:
    try:
        record = RunRecord.load(folder / "run.json")
    except (OSError, ValueError) as error:
        raise InputError(f"{file} is damaged", found=f"{folder.name}: {error}", do="get the file again") from error
    named = [(stage.stage, name, path) for stage in record.stages for name, path in stage.outputs.items()]
    strange = [each for each in named if not all(map(re.fullmatch, (STAGE, OUTPUT, VERSIONS), each))]
    if record.run != folder.name or strange:
        found = f"{folder.name} names {strange[0]}" if strange else f"{folder.name} has the record of {record.run}"
        raise InputError(f"{file} is damaged", found=found, do="get the file again")
    return record
