"""Shell completion: the names of stages, runs, models and settings of the project."""

from __future__ import annotations

import typing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.command import DIRECTORY
from pipeline.cli.arguments.project import artifacts_of, open_project, pipeline_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pydantic import BaseModel

    from pipeline.specification.stage import Pipeline
    from pipeline.store import Store

__all__ = [
    "ModelOption",
    "Overrides",
    "PipelineFile",
    "RunsOfFile",
    "Sweep",
    "complete_artifact",
    "complete_model",
    "complete_run",
    "complete_stage",
    "offer",
]


def offer(words: Sequence[str]) -> Callable[[str], list[str]]:
    """Return a completer that offers *words*."""
    return lambda incomplete: [word for word in words if word.startswith(incomplete)]


def complete_model(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the aliases, then the exported models, newest first."""
    from pipeline.aliases import aliases
    from pipeline.registry.bundles import bundles

    artifacts = artifacts_of(_with_directory(context))
    names = [*aliases(artifacts), *(Path(path).name for path in bundles(artifacts))]
    return [name for name in names if name.startswith(incomplete)]


def complete_stage(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the stages."""
    pipeline, _ = _open(context)
    return [stage.name for stage in pipeline.stages if stage.name.startswith(incomplete)]


def _complete_file(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the YAML files of the project."""
    project = artifacts_of(_with_directory(context)).parent
    return [name for name in pipeline_files(project) if name.startswith(incomplete)]


def complete_run(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the names that people gave to runs, then the runs, newest first."""
    from pipeline.history import NAMES

    artifacts = artifacts_of(_with_directory(context))
    names = [path.name for path in (artifacts / NAMES).glob("[!.]*")]
    runs = sorted((path.name for path in (artifacts / "runs").glob("*")), reverse=True)
    return [name for name in (*sorted(names), *runs) if name.startswith(incomplete)]


def complete_artifact(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the champion, the corrections, the outputs of the latest run, and the runs."""
    folder = artifacts_of(_with_directory(context)) / "latest"
    outputs = sorted(path.name for path in folder.glob("*.*") if path.is_symlink())
    names = [name for name in ("champion", "corrections", *outputs) if name.startswith(incomplete)]
    return names + complete_run(context, incomplete)


def _complete_setting(context: typer.Context, incomplete: str) -> list[str]:
    """Offer `stage.key=` for every setting; after the `=`, its values if they are few."""
    pipeline, _ = _open(context)
    settings = {"threads=": list[str]()}
    for stage in pipeline.stages:
        settings |= {f"{stage.name}.{key}=": values for key, values in _settings(type(stage.config))}
    given = f"{incomplete.partition('=')[0]}="
    offered = [f"{given}{value}" for value in settings.get(given, [])] if "=" in incomplete else list(settings)
    return [each for each in offered if each.startswith(incomplete)]


def _settings(model: type[BaseModel]) -> Iterator[tuple[str, list[str]]]:
    """Yield each setting's dotted name and its possible values; an empty list if they are not enumerable."""
    from pydantic import BaseModel

    for name, info in model.model_fields.items():
        nested = info.annotation
        if isinstance(nested, type) and issubclass(nested, BaseModel):
            yield from ((f"{name}.{key}", values) for key, values in _settings(nested))
        elif nested is bool:
            yield name, ["true", "false"]
        else:
            yield name, [value for value in typing.get_args(nested) if isinstance(value, str)]


def _open(context: typer.Context) -> tuple[Pipeline, Store]:
    return open_project(_with_directory(context), file=context.params.get("file"))


def _with_directory(context: typer.Context) -> typer.Context:
    """Read -C into the context; during completion no command has done so."""
    directory = context.params.get(DIRECTORY) or context.find_root().params.get(DIRECTORY)
    context.obj = Path(directory).expanduser() if directory else None
    return context


Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="STAGE.KEY=VALUE",
        autocompletion=_complete_setting,
        help="Override a setting of pipeline.yaml; repeatable.",
    ),
]

Sweep = Annotated[
    list[str] | None,
    typer.Option(
        "--sweep",
        metavar="STAGE.KEY=VALUES",
        autocompletion=_complete_setting,
        help="Try each of these values, 0.3,1.0 or 0..4, in every combination if repeated; judged on validation.",
    ),
]

_file_option = partial(typer.Option, "-f", "--file", metavar="FILE", autocompletion=_complete_file)
PipelineFile = Annotated[str | None, _file_option(help="Another file of the project in place of its pipeline.yaml.")]
RunsOfFile = Annotated[
    str | None, _file_option(help="Only runs of this file of the project, pipeline.yaml or another.")
]

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        autocompletion=complete_model,
        help="The model: a version or its digest, or the start of either; an alias; a run, or latest; or the path of a "
        "bundle; each may end in @ and its whole digest. Default: the champion, or before the first run the starter "
        "model.",
    ),
]
