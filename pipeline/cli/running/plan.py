"""`digits plan`: what a run would do, and why."""

from __future__ import annotations

import typer

from pipeline.cli.arguments.completion import Overrides, PipelineFile, Sweep
from pipeline.cli.arguments.project import AsJson, open_project

__all__ = ["plan"]


def plan(
    context: typer.Context,
    *,
    overrides: Overrides = None,
    file: PipelineFile = None,
    sweep: Sweep = None,
    as_json: AsJson = False,
) -> None:
    """Show what `digits run` would do, and why, without running it."""
    from pipeline.cli.printing.run_summary import summary
    from pipeline.runner.plan import foresee
    from schemas.record import json_text

    if sweep:
        from pipeline.cli.running.sweep import open_project_sweep, plan_sweep

        plan_sweep(context, open_project_sweep(context, sweep, overrides or (), file), as_json=as_json)
        return
    pipeline, store = open_project(context, overrides, file)
    foreseen = foresee(pipeline, store)
    if as_json:
        values = foreseen.to_values()
        print(json_text({name: values[name] for name in ("stages", "source", "notice", "warnings")}))
        return
    print(summary(foreseen, store.artifacts))
