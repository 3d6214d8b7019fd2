"""`digits lineage`: what an artifact, or the outputs of a run, were made from."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Annotated

import typer

from pipeline.cli.arguments.completion import complete_artifact, offer
from pipeline.cli.arguments.project import artifacts_of

__all__ = ["lineage"]

FORMS = ("tree", "json", "dot")
Named = Annotated[
    str | None,
    typer.Argument(
        metavar="ARTIFACT|RUN",
        autocompletion=complete_artifact,
        help="champion, corrections, an alias, stage.output, a version such as v0003-8f3c1d2a, a path, or a run. "
        "Default: the latest run.",
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format", metavar="|".join(FORMS), autocompletion=offer(FORMS), help="A tree, JSON, or Graphviz's dot."
    ),
]


def lineage(
    context: typer.Context,
    name: Named = None,
    *,
    form: Format = "tree",
) -> None:
    """Show what an artifact was made from, and by which stages.

    The output uses the terms of ML Metadata: Artifacts, Executions, and the Events between them.
    """
    from pipeline.report.lineage.graph import trace_artifact, trace_run
    from pipeline.report.lineage.named import find_named
    from pipeline.report.lineage.tree import draw_tree
    from schemas.errors import UsageError, nearest

    if form not in FORMS:
        raise UsageError(f"there is no format {form}", expected=", ".join(FORMS), do=nearest(form, [*FORMS]))
    artifacts = artifacts_of(context)
    found = find_named(artifacts, name)
    traced = trace_artifact(artifacts, found) if isinstance(found, str) else trace_run(artifacts, found)
    if form == "json":
        print(json.dumps(traced.document(), indent=2))
    elif form == "dot":
        print(traced.dot())
    else:
        print(draw_tree(traced, shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize))
