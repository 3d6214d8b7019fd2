"""`digits plan`: what a run would do, and why."""

from __future__ import annotations

import typer

from pipeline.cli.arguments.completion import Overrides, PipelineFile
from pipeline.cli.arguments.project import AsJson, open_project

__all__ = ["plan"]


def plan(
    context: typer.Context, overrides: Overrides = None, file: PipelineFile = None, *, as_json: AsJson = False
) -> None:
    """Show what `digits run` would do, and why, without running it."""
    from pipeline.cli.printing.run_summary import summary
    from pipeline.plan import foresee
    from schemas.record import json_text

    pipeline, store = open_project(context, overrides, file)
    foreseen = foresee(pipeline, store)
    if as_json:
        values = foreseen.to_values()
        print(json_text({name: values[name] for name in ("stages", "source", "notice", "warnings")}))
        return
    print(summary(foreseen, store.artifacts))
