"""`digits check`: whether pipeline.yaml is right."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.completion import Overrides
from pipeline.cli.project import open_project

if TYPE_CHECKING:
    from pydantic import BaseModel

    from pipeline.specification import Stage

__all__ = ["check"]


def check(
    context: typer.Context,
    *,
    overrides: Overrides = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print the stages, their inputs, types and settings with defaults.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of pipeline.yaml, for editors.")
    ] = False,
) -> None:
    """Check pipeline.yaml and every setting in it, without running anything; exits with 2 if it is wrong."""
    pipeline, _ = open_project(context, overrides)
    if schema:
        from pipeline.cli.schema import json_schema

        print(json.dumps(json_schema(pipeline), indent=2))
    elif explain:
        print(f"threads: {pipeline.threads}\n" + "\n".join(_explain(stage) for stage in pipeline.stages))
    else:
        names = ", ".join(stage.name for stage in pipeline.stages)
        print(f"pipeline.yaml is right: {len(pipeline.stages)} stages ({names})")


def _explain(stage: Stage) -> str:
    """Give a stage as it will be carried out: where everything comes from, of which type, with every setting."""
    component = stage.component
    lines = [f"\n{stage.name} ({component.module})"]
    lines += [f"  takes  {name}: {component.inputs[name].__name__} from {port}" for name, port in stage.inputs.items()]
    lines += [f"  gives  {name}: {kind.__name__}" for name, kind in component.outputs.items()]
    if stage.requires:
        lines.append(f"  requires {stage.requires}")
    return "\n".join(lines + _settings(stage.config, "  config "))


def _settings(config: BaseModel, indent: str) -> list[str]:
    """Give a line for each setting, those inside others too: its value, and what it means."""
    from schemas.config import Config

    lines: list[str] = []
    for name, info in type(config).model_fields.items():
        value: object = getattr(config, name)
        if isinstance(value, Config):
            lines += _settings(value, f"{indent}{name}.")
        else:
            shown = json.dumps(config.model_dump(mode="json", exclude_none=True, include={name}).get(name))
            lines.append(f"{indent}{name}: {shown}".ljust(40) + f"  # {info.description}")
    return lines
