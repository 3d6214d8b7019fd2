"""`digits check`: whether pipeline.yaml is valid."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import Overrides, PipelineFile
from pipeline.cli.arguments.project import open_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.specification.stage import Pipeline, Stage
    from schemas.settings.config import Config

__all__ = ["check"]

MARKS = {"always": "", "fallback": "(counts for a fallback) ", "never": "(does not count) "}
COUNTING = """
A stage runs again if one of its settings changes, except for settings marked
  (does not count)         the setting cannot change what the stage writes
  (counts for a fallback)  the setting says where the data are or how to reach them: it counts only if they could not
                           be reached and the fallback was used, because another value may reach them"""


def check(
    context: typer.Context,
    *,
    overrides: Overrides = None,
    file: PipelineFile = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Print the stages, their inputs, types and settings, and which settings count."),
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of pipeline.yaml, for editors.")
    ] = False,
) -> None:
    """Check pipeline.yaml and its settings without running anything.

    Exits with 2 if it is not valid, 4 if data that it names are missing or damaged.
    """
    pipeline, _ = open_project(context, overrides, file)
    if not (schema or explain):
        _check_data(pipeline)
    if schema:
        from pipeline.cli.running.schema import json_schema

        print(json.dumps(json_schema(pipeline), indent=2))
    elif explain:
        print(f"threads: {pipeline.threads}\n" + "\n".join(_explain(stage) for stage in pipeline.stages))
        print(COUNTING)
    else:
        from schemas.errors import printable

        names = ", ".join(stage.name for stage in pipeline.stages)
        print(f"{printable(pipeline.path.name)} is valid: {len(pipeline.stages)} stages ({names})")
        for warning in _warnings(pipeline):
            print(f"warning  {warning}", file=sys.stderr)


def _check_data(pipeline: Pipeline) -> None:
    from schemas.errors import InputError
    from schemas.settings.external_data import missing

    for stage in pipeline.stages:
        for problem in missing(stage.settings.data_paths):
            raise InputError(f"{stage.name} cannot read its data", found=problem)
        stage.check_paths()


def _warnings(pipeline: Pipeline) -> Iterator[str]:
    """Yield warnings about valid settings that cannot be intended: a gate that refuses every model."""
    from schemas.settings.gate import Gate

    settings = {stage.name: stage.config for stage in pipeline.stages}
    for stage in pipeline.stages:
        judge = stage.requires.stage if stage.requires else ""
        values = (getattr(settings[judge], name) for name in type(settings[judge]).model_fields) if judge else ()
        if any(isinstance(value, Gate) and value.is_empty for value in values):
            yield f"{stage.name} will be refused: the gate of {judge} has no rules, so it blesses nothing"


def _explain(stage: Stage) -> str:
    """Return a stage as text: its inputs and outputs with their types, and all its settings."""
    component = stage.component
    lines = [f"\n{stage.name} ({component.module})"]
    lines += [f"  input  {name}: {component.inputs[name].__name__} from {port}" for name, port in stage.inputs.items()]
    lines += [f"  output {name}: {kind.__name__}" for name, kind in component.outputs.items()]
    if stage.requires:
        lines.append(f"  requires {stage.requires}")
    return "\n".join(lines + _settings(stage.config, "  config "))


def _settings(config: Config, indent: str) -> list[str]:
    """Return a line for each setting, including nested ones: its value and description."""
    from schemas.settings.config import Config
    from schemas.settings.descriptions import descriptions

    meanings = descriptions(type(config))
    lines: list[str] = []
    for name in type(config).model_fields:
        value: object = getattr(config, name)
        if isinstance(value, Config):
            lines += _settings(value, f"{indent}{name}.")
        else:
            shown = json.dumps(config.model_dump(mode="json", exclude_none=True, include={name}).get(name))
            mark, meaning = MARKS[config.counts(name)], " ".join(meanings.get(name, "").split())
            lines.append(f"{indent}{name}: {shown}".ljust(40) + f"  # {mark}{meaning}")
    return lines
