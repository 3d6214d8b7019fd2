"""The project a command works on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.specification import Pipeline
    from pipeline.store import Store

__all__ = ["AsJson", "artifacts_of", "open_project"]

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def open_project(context: typer.Context, overrides: list[str] | None = None) -> tuple[Pipeline, Store]:
    """Read the pipeline of the project that -C names or the current folder lies in, and open its store."""
    from pipeline.specification import find_project, load_pipeline
    from pipeline.store import Store

    project = find_project(_start(context))
    return load_pipeline(project, tuple(overrides or ())), Store(project / "artifacts")


def artifacts_of(context: typer.Context) -> Path:
    """Find the artifacts/ of the project, without reading its pipeline."""
    from pipeline.specification import find_project

    return find_project(_start(context)) / "artifacts"


def _start(context: typer.Context) -> Path:
    from schemas.errors import UsageError

    folder: Path = context.obj or Path()
    if not folder.is_dir():
        raise UsageError(f"-C {folder}: there is no such folder")
    return folder.absolute()
