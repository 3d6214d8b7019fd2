"""`digits check`: whether pipeline.yaml is valid."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import Overrides
from pipeline.cli.arguments.project import open_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.specification import Pipeline, Stage
    from schemas.settings.config import Config

__all__ = ["check"]

MARKS = {"always": "", "fallback": "(counts for a fallback) ", "never": "(does not count) "}
COUNTING = """
A new value of a setting runs its stage again, except where it
  (does not count)         it cannot change what the stage writes
  (counts for a fallback)  it says where the data lie or how to reach them: it counts only where they could not be
                           reached and the fallback stood in, because another value may reach them"""


def check(
    context: typer.Context,
    *,
    overrides: Overrides = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Print the stages, their inputs, types and settings, and which settings count."),
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of pipeline.yaml, for editors.")
    ] = False,
) -> None:
    """Check pipeline.yaml and every setting in it, without running anything.

    Exits with 2 if it is wrong, 4 if data that it names are missing or damaged.
    """
    pipeline, _ = open_project(context, overrides)
    if not (schema or explain):
        _check_data(pipeline)
    if schema:
        from pipeline.cli.schema import json_schema

        print(json.dumps(json_schema(pipeline), indent=2))
    elif explain:
        print(f"threads: {pipeline.threads}\n" + "\n".join(_explain(stage) for stage in pipeline.stages))
        print(COUNTING)
    else:
        names = ", ".join(stage.name for stage in pipeline.stages)
        print(f"pipeline.yaml is valid: {len(pipeline.stages)} stages ({names})")
        for doubt in _doubts(pipeline):
            print(f"warning  {doubt}", file=sys.stderr)


def _check_data(pipeline: Pipeline) -> None:
    from schemas.errors import InputError
    from schemas.settings.external_data import missing

    for stage in pipeline.stages:
        for wrong in missing(stage.config):
            raise InputError(f"{stage.name} has no data to take", found=wrong)
        stage.config.check_named()


def _doubts(pipeline: Pipeline) -> Iterator[str]:
    """Warn of what is valid and cannot be meant: a gate that refuses every model."""
    from schemas.settings.gate import Gate

    settings = {stage.name: stage.config for stage in pipeline.stages}
    for stage in pipeline.stages:
        judge = stage.requires.stage if stage.requires else ""
        values = (getattr(settings[judge], name) for name in type(settings[judge]).model_fields) if judge else ()
        if any(isinstance(value, Gate) and value.is_empty for value in values):
            yield f"{stage.name} will be refused: the gate of {judge} has no rules, and blesses nothing"


def _explain(stage: Stage) -> str:
    """Describe a stage as it will run: its inputs, outputs and their types, and every setting."""
    component = stage.component
    lines = [f"\n{stage.name} ({component.module})"]
    lines += [f"  takes  {name}: {component.inputs[name].__name__} from {port}" for name, port in stage.inputs.items()]
    lines += [f"  gives  {name}: {kind.__name__}" for name, kind in component.outputs.items()]
    if stage.requires:
        lines.append(f"  requires {stage.requires}")
    return "\n".join(lines + _settings(stage.config, "  config "))


def _settings(config: Config, indent: str) -> list[str]:
    """Return a line for each setting, nested ones included: its value, and what it means."""
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
            mark = MARKS[config.counts(name)]
            lines.append(f"{indent}{name}: {shown}".ljust(40) + f"  # {mark}{meanings.get(name)}")
    return lines
