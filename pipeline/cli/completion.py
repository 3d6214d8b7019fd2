"""What the shell offers for stages, runs and settings of the project at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.project import artifacts_of, open_project

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["Overrides", "complete_artifact", "complete_run", "complete_stage"]


def complete_stage(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the names of stages."""
    pipeline, _ = open_project(_with_directory(context))
    return [stage.name for stage in pipeline.stages if stage.name.startswith(incomplete)]


def complete_run(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the names of runs, the newest first."""
    runs = artifacts_of(_with_directory(context)) / "runs"
    return sorted((path.name for path in runs.glob(f"{incomplete}*")), reverse=True)


def complete_artifact(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the champion, the outputs of the latest run and the names of runs."""
    folder = artifacts_of(_with_directory(context)) / "latest"
    outputs = sorted(path.name for path in folder.glob("*.*") if path.is_symlink())
    names = [name for name in ("champion", *outputs) if name.startswith(incomplete)]
    return names + complete_run(context, incomplete)


def _complete_setting(context: typer.Context, incomplete: str) -> list[str]:
    """Offer `stage.key=` for every setting."""
    pipeline, _ = open_project(_with_directory(context))
    settings = [f"{stage.name}.{key}=" for stage in pipeline.stages for key in _keys(type(stage.config))]
    return [setting for setting in ["threads=", *settings] if setting.startswith(incomplete)]


def _keys(model: type[BaseModel]) -> list[str]:
    from pydantic import BaseModel

    keys: list[str] = []
    for name, info in model.model_fields.items():
        nested = info.annotation
        if isinstance(nested, type) and issubclass(nested, BaseModel):
            keys += [f"{name}.{key}" for key in _keys(nested)]
        else:
            keys.append(name)
    return keys


def _with_directory(context: typer.Context) -> typer.Context:
    """Read -C for the context: while completing, the callback that does so has not run."""
    directory = context.find_root().params.get("directory")
    context.obj = Path(directory).expanduser() if directory else None
    return context


Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="STAGE.KEY=VALUE",
        autocompletion=_complete_setting,
        help="Override a setting; may be given more than once.",
    ),
]
