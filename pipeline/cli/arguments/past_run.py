"""Find a past run by its name."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import complete_run

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.records.run import RunRecord

__all__ = ["RUN", "LatestRun", "find_run"]

RUN = "A run's name, or the start or end of it; or latest; or champion, for the run that produced it."
LatestRun = Annotated[
    str | None,
    typer.Argument(metavar="RUN", autocompletion=complete_run, help=f"{RUN} Default: the latest."),
]
SHOWN = 4


def find_run(artifacts: Path, name: str | None, file: str | None = None) -> RunRecord:
    """Return the run whose name is, starts or ends with *name*; `latest` or None is the latest, `champion` its run.

    Args:
        artifacts: the folder of the project.
        name: as above.
        file: only of runs of this file, relative to the project.

    Raises:
        InputError: `champion` was asked for, but there is no champion or no record of its run; or the record of the
            run that the name or the link `latest` means cannot be read.
        UsageError: No run matches, or more than one.
    """
    from pipeline.history import read_runs, run_names
    from pipeline.specification.stage import FILE
    from schemas.errors import UsageError

    if name == "champion":
        return _find_champion_run(artifacts)
    name = run_names(artifacts).get(name or "", name)
    if name in {None, "latest"} and file is None and (artifacts / "latest").is_symlink():
        _refuse_unreadable(artifacts, (artifacts / "latest").readlink().name)
    wanted = "" if name is None or name == "latest" else name
    runs = (run for run in read_runs(artifacts) if file in {None, run.file or FILE})
    matching = (run for run in runs if run.run.startswith(wanted) or run.run.endswith(wanted))
    found = list(matching) if wanted else list(islice(matching, 1))
    exact = [run for run in found if run.run == name]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        if wanted:
            _refuse_unreadable(artifacts, wanted)
            raise UsageError(f"there is no run {wanted}", do="digits runs lists the runs")
        of, other = (f" of {file}", f" -f {file}") if file else ("", "")
        raise UsageError(f"there is no run{of} yet", do=f"start one with digits run{other}")
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    raise UsageError(f"{name} matches more than one run", found=", ".join(run.run for run in found[:SHOWN]) + more)


def _refuse_unreadable(artifacts: Path, name: str) -> None:
    """Raise InputError if a run whose name starts or ends like this has a record that cannot be read."""
    from pipeline.history import unreadable_runs
    from schemas.errors import InputError

    for run in unreadable_runs(artifacts):
        if run.startswith(name) or run.endswith(name):
            do = "digits verify --set-aside moves it to artifacts/.quarantine"
            raise InputError(f"the record of run {run} cannot be read", found=f"runs/{run}/run.json", do=do)


def _find_champion_run(artifacts: Path) -> RunRecord:
    """Return the run that produced the champion: the earliest with it among its outputs."""
    from pipeline.champion import champion
    from pipeline.cli.arguments.models import no_champion
    from pipeline.history import maker_of
    from schemas.errors import InputError

    bundle = champion(artifacts)
    if bundle is None:
        raise no_champion(artifacts)
    made = maker_of(artifacts, bundle)
    if made is None:
        raise InputError(f"no recorded run produced the champion {bundle}", do="digits runs lists the runs")
    return made
