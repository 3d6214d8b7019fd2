"""`digits verify`: whether the store is as it was sealed."""

from __future__ import annotations

import sys

import typer

from pipeline.cli.project import AsJson, artifacts_of

__all__ = ["verify"]


def verify(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Hash every file of every artifact; exits with 4 and the names where something is damaged."""
    from pipeline.cli.live import tell
    from schemas.errors import InputError
    from schemas.verification import verify as look

    with tell("verify"):
        found = look(artifacts_of(context))
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        print(f"{found.artifacts} artifacts with {found.files} files")
        for path in found.damaged:
            print(f"damaged  {path}")
        for path in found.missing:
            print(f"missing  {path}")
    if not found.sound:
        print("digits run makes again what the pipeline uses, and keeps what is damaged aside", file=sys.stderr)
        raise typer.Exit(InputError.exit_code)
    if not as_json:
        print("all is as it was sealed" if found.artifacts else "nothing is in the store yet: digits run fills it")
