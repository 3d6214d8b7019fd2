"""Find an artifact or a run by name."""

from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path

from pipeline.aliases import aliases
from pipeline.champion import champion
from pipeline.corrections import newest_corrections
from pipeline.history import read_runs, run_names
from pipeline.store import Store
from schemas.errors import InputError, UsageError
from schemas.records.run import RunRecord

__all__ = ["find_named"]

VERSION = re.compile(r"v\d+(-[0-9a-f]*)?")
DIGEST = re.compile(r"[0-9a-f]{4,64}")
SHOWN = 6
EXPECTED = "a path, champion, corrections, an alias, stage.output, a version such as v0003-8f3c1d2a, or a run"


def find_named(artifacts: Path, wanted: str | None) -> str | RunRecord:
    """Return the path of a version, relative to *artifacts*, or the record of a run.

    Args:
        artifacts: the project's artifacts/.
        wanted: a path; `champion`; `corrections`, the newest; an alias; stage.output, of the newest run that has it;
            the name or content digest of a version; or the name of a run. A prefix will do, for a run also a suffix.
            None is the latest run.

    Raises:
        InputError: `champion` or `corrections` was asked for, but there is none.
        UsageError: *wanted* matches nothing, or more than one thing.
    """
    if wanted is None or wanted == "latest":
        return _latest(artifacts)
    if wanted == "champion":
        return _champion(artifacts)
    wanted = run_names(artifacts).get(wanted, wanted)
    if wanted in {"corrections", "corrections.corrections"}:
        return _corrections(artifacts)
    if path := _by_path(artifacts, wanted) or aliases(artifacts).get(wanted):
        return path
    runs = [run for run in read_runs(artifacts) if run.run.startswith(wanted) or run.run.endswith(wanted)]
    exact = [run for run in runs if run.run == wanted]
    found = exact or [*_by_output(artifacts, wanted), *_by_version(artifacts, wanted), *runs]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"there is no artifact or run {wanted}", expected=EXPECTED)
    names = [each if isinstance(each, str) else f"run {each.run}" for each in found]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    raise UsageError(f"{wanted} matches more than one", found=", ".join(names[:SHOWN]) + more)


def _latest(artifacts: Path) -> RunRecord:
    for record in islice(read_runs(artifacts), 1):
        return record
    raise UsageError("there is no run yet", do="start one with digits run")


def _champion(artifacts: Path) -> str:
    link = champion(artifacts)
    if link is None:
        raise InputError("there is no champion yet", do="digits run trains, evaluates and promotes one")
    return link


def _corrections(artifacts: Path) -> str:
    newest = newest_corrections(Store(artifacts))
    if newest is None:
        raise InputError("there are no corrections yet", do="digits serve, and say on its page what is wrong")
    return newest.path


def _by_path(artifacts: Path, wanted: str) -> str | RunRecord | None:
    """Find the version or run that a path lies in; the path may be relative to the project or to artifacts/."""
    for start in (Path(), artifacts, artifacts.parent):
        path = Path(os.path.realpath(start / wanted))
        if not path.exists() or not path.is_relative_to(artifacts.resolve()):
            continue
        parts = path.relative_to(artifacts.resolve()).parts
        if parts[:1] == ("store",) and len(parts) > 3 and VERSION.fullmatch(parts[3]):  # noqa: PLR2004
            return "/".join(parts[:4])
        if parts[:1] == ("runs",) and len(parts) > 1:
            return next((run for run in read_runs(artifacts) if run.run == parts[1]), None)
    return None


def _by_output(artifacts: Path, wanted: str) -> list[str]:
    stage, _, output = wanted.partition(".")
    paths = (
        record.outputs[output]
        for run in read_runs(artifacts)
        for record in run.stages
        if record.stage == stage and output in record.outputs
    )
    return list(islice(paths, 1)) if output else []


def _by_version(artifacts: Path, wanted: str) -> list[str]:
    """Find versions by a prefix of their name, with or without stage/output/, or of their content digest."""
    *folders, name = wanted.split("/")
    if VERSION.fullmatch(name):
        pattern = f"*/*/{name}*" if not folders else f"{'*/' * (2 - len(folders))}{wanted}*"
    elif DIGEST.fullmatch(name) and not folders:
        pattern = f"*/*/v*-{name[:8]}*"
    else:
        return []
    return sorted(path.relative_to(artifacts).as_posix() for path in (artifacts / "store").glob(pattern))
