"""Find and open the project a command works on."""

from __future__ import annotations

import os
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.specification.stage import Pipeline
    from pipeline.store import Store

__all__ = [
    "AsJson",
    "artifacts_of",
    "check_part",
    "check_stage",
    "find_file",
    "find_project",
    "locate",
    "open_project",
    "pipeline_files",
    "runs_of",
    "same_project",
]

COMMAND = "pipeline/cli/main.py"
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def open_project(
    context: typer.Context, overrides: list[str] | None = None, file: str | None = None
) -> tuple[Pipeline, Store]:
    """Load the pipeline, or that of -f, and open the store of the project.

    The project is that of -C, or the one around the current folder.

    Raises:
        InputError: a piece of its artifacts/ is something else than digits puts there.
        UsageError: no project, or its pipeline is not valid.
    """
    from pipeline.load import load_pipeline
    from pipeline.pieces import check_pieces
    from pipeline.store import Store

    project, found = locate(context, file)
    check_pieces(project / "artifacts")
    return load_pipeline(project, tuple(overrides or ()), found), Store(project / "artifacts")


def locate(context: typer.Context, file: str | None) -> tuple[Path, str | None]:
    """Return the project's folder, and the file that -f names, relative to it; None for its pipeline.yaml."""
    project = find_project(_start(context))
    return project, None if file is None else find_file(project, file)


def artifacts_of(context: typer.Context, *, checked: bool = True) -> Path:
    """Return the project's artifacts/ folder, without reading its pipeline.

    Args:
        context: of the command.
        checked: whether each piece of it must be what digits makes it.

    Raises:
        InputError: a piece is not.
        UsageError: there is no project.
    """
    from pipeline.pieces import check_pieces

    artifacts = find_project(_start(context)) / "artifacts"
    if checked:
        check_pieces(artifacts)
    return artifacts


def runs_of(context: typer.Context, file: str | None) -> tuple[Path, str | None]:
    """Return the artifacts/ folder, and the file whose runs -f asks for, relative to the project; None for all."""
    from pipeline.specification.stage import FILE

    artifacts = artifacts_of(context)
    return artifacts, file and (find_file(artifacts.parent, file) or FILE)


def same_project(context: typer.Context, *words: str) -> str:
    """Return the shell command that runs `digits` *words* in the same project."""
    directory = ["-C", str(context.obj)] if context.obj else []
    return shlex.join(["digits", *directory, *words])


def find_project(start: Path) -> Path:
    """Return the nearest folder upward that has a pipeline.yaml; raise UsageError if none has."""
    from pipeline.specification.stage import FILE
    from schemas.errors import UsageError

    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            _warn_of_other_source(folder)
            return folder
    raise UsageError(f"there is no {FILE} in {start} or above it", do="change into a project, or name it with -C DIR")


def find_file(project: Path, given: str) -> str | None:
    """Return the path relative to the project of the file that -f names; None if it is pipeline.yaml.

    Args:
        project: its folder, to which the name is relative wherever the command runs.
        given: the option as given.

    Raises:
        UsageError: there is no such file, or it is outside the project, or its name is not UTF-8.
    """
    from pipeline.specification.stage import FILE
    from schemas.errors import UsageError, nearest

    home, here = project.resolve(), Path(os.path.realpath(given))
    path = project / Path(given).expanduser()
    path = Path(os.path.realpath(path.parent), path.name)
    if not (path.is_file() and path.is_relative_to(home)):
        named = here.is_file() and here.is_relative_to(home)
        raise UsageError(
            f"-f {given} is no file of the project",
            found=f"{path}: {'outside the project' if path.is_file() else 'no such file'}",
            expected=f"a file in {home}, to which its name, its paths and its modules are relative",
            do=f"-f {here.relative_to(home)}" if named else nearest(given, pipeline_files(project)),
        )
    name = path.relative_to(home).as_posix()
    if name != name.encode(errors="replace").decode():
        raise UsageError("the name that -f gives is not text", found=ascii(name), expected="UTF-8")
    return None if name == FILE else name


def pipeline_files(project: Path) -> list[str]:
    """Return the YAML files in a project's folder."""
    return sorted(path.name for path in project.glob("*") if path.suffix in {".yaml", ".yml"})


@cache
def _warn_of_other_source(project: Path) -> None:
    """Say so if the project is a copy of this source code, but not the one that runs."""
    import schemas

    house = Path(schemas.__path__[0]).parent
    if (project / COMMAND).is_file() and not (project / COMMAND).samefile(house / COMMAND):
        own = Path(os.path.relpath(project)) / ".venv" / "bin" / "digits"
        print(f"note: this runs the code in {house}, not that of {project}: use {own}", file=sys.stderr)
        print("      (make installs it; rm -r .venv first if the folder was moved or copied)", file=sys.stderr)


def check_stage(pipeline: Pipeline, name: str) -> None:
    """Raise UsageError, suggesting the nearest name, unless the pipeline has a stage of this name."""
    from schemas.errors import UsageError, nearest

    names = [stage.name for stage in pipeline.stages]
    if name not in names:
        hint = nearest(name, names) or f"the stages are {', '.join(names)}"
        raise UsageError(f"there is no stage {name}", do=hint)


def check_part(pipeline: Pipeline, first: str | None, last: str | None, force: Sequence[str]) -> None:
    """Raise UsageError if *first* to *last* selects no stage, or *force* names a stage outside it."""
    from schemas.errors import UsageError

    names = [stage.name for stage in pipeline.stages]
    part = names[names.index(first) if first else 0 : names.index(last) + 1 if last else None]
    if not part:
        raise UsageError(f"--from {first} --to {last} leaves no stage", expected=f"{last} at or below {first}")
    for stage in force:
        if stage not in part:
            raise UsageError(f"--force {stage} is not among the stages to run", expected=", ".join(part))


def _start(context: typer.Context) -> Path:
    from schemas.errors import UsageError

    folder: Path = context.obj or Path()
    if not folder.is_dir():
        raise UsageError(f"-C {folder}: there is no such folder")
    return folder.absolute()
