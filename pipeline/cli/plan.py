"""`digits plan`: what a run would do, and why."""

from __future__ import annotations

import typer

from pipeline.cli.completion import Overrides
from pipeline.cli.project import AsJson, open_project

__all__ = ["plan"]


def plan(context: typer.Context, overrides: Overrides = None, *, as_json: AsJson = False) -> None:
    """Say what `digits run` would do, and why, without doing it."""
    from pipeline.cli.table import columns, paint
    from pipeline.decision import foresee

    foreseen = foresee(*open_project(context, overrides))
    if as_json:
        print(foreseen.model_dump_json(indent=2, include={"stages", "source", "notice"}))
        return
    rows = [(s.stage, s.outcome, s.reason, f"{s.seconds:.2f}" if s.seconds else "") for s in foreseen.stages]
    print(columns(("stage", "outcome", "reason", "took"), rows, wrapped=2))
    if foreseen.notice:
        print(paint(f"\nnotice   {foreseen.notice}", "yellow"))
