"""`digits check`: whether pipeline.yaml is right."""

from __future__ import annotations

import typer

from pipeline.cli.project import Overrides, open_project

__all__ = ["check"]


def check(context: typer.Context, overrides: Overrides = None) -> None:
    """Check pipeline.yaml and every setting in it, without running anything; exits with 2 if it is wrong."""
    pipeline, _ = open_project(context, overrides)
    names = ", ".join(stage.name for stage in pipeline.stages)
    print(f"pipeline.yaml is right: {len(pipeline.stages)} stages ({names})")
