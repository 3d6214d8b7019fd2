"""What every command of `digits` has: -C, after it as well as before it, and a plain usage line."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

__all__ = ["DIRECTORY", "ProjectCommand"]

DIRECTORY = "directory"
"""The name that the option -C has in a context."""


class ProjectCommand(TyperCommand):
    """A command that works on a project, and takes the option that names it from the command above."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  (typer does not show the type)
        """Give the command's own parameters, -C and --help."""
        above: list[Any] = ctx.parent.command.params if ctx.parent else []
        *own, last = super().get_params(ctx)
        return [*own, *(each for each in above if each.name == DIRECTORY), last]

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  (typer does not show the type)
        """Keep -C, and run the command."""
        ctx.obj = ctx.params.pop(DIRECTORY, None) or ctx.obj
        return super().invoke(ctx)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401  (typer does not show the type)
        """Give the parts of the usage line, without braces round what must be given."""
        return [piece.replace("{", "").replace("}", "") for piece in super().collect_usage_pieces(ctx)]
