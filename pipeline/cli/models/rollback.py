"""`digits rollback`: go back to the champion before."""

from __future__ import annotations

from pathlib import Path

import typer

from pipeline.cli.arguments.project import artifacts_of

__all__ = ["rollback"]


def rollback(context: typer.Context) -> None:
    """Go back to the champion before, at once.

    The history records it. A run does not promote the model that was given up again; `digits promote` does.
    """
    from pipeline.champion import champion
    from pipeline.registry.change import rollback as go_back
    from pipeline.store import Store

    artifacts = artifacts_of(context)
    given_up = champion(artifacts)
    path = go_back(Store(artifacts))
    print(f"champion {Path(path).name} (given up: {Path(given_up).name if given_up else 'none'})")
