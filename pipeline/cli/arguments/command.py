"""How typer shows the commands: -C on each of them, a plain usage line, and groups in `digits --help`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

__all__ = ["DIRECTORY", "ProjectCommand", "ProjectGroup"]

DIRECTORY = "directory"
"""Name of the option -C in a context."""


class ProjectCommand(TyperCommand):
    """A command that works on a project; -C may follow it as well as precede it."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  (typer does not show the type)
        """Return the command's own parameters, then -C and --help."""
        above: list[Any] = ctx.parent.command.params if ctx.parent else []
        *own, last = super().get_params(ctx)
        return [*own, *(each for each in above if each.name == DIRECTORY), last]

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  (typer does not show the type)
        """Store -C, then run the command."""
        ctx.obj = ctx.params.pop(DIRECTORY, None) or ctx.obj
        return super().invoke(ctx)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401  (typer does not show the type)
        """Return the parts of the usage line, without braces around required arguments."""
        return [piece.replace("{", "").replace("}", "") for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  (typer does not show the type)
        """Write arguments and options, without the Python types that typer adds to their names."""
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            records = [each.get_help_record(ctx) for each in self.get_params(ctx) if each.param_type_name == kind]
            if rows := [(name.partition(" <")[0], text) for name, text in filter(None, records)]:
                with formatter.section(title):
                    formatter.write_dl(rows)


class ProjectGroup(TyperGroup):
    """The command `digits`. Typer lists commands by panel only with Rich, which would slow down `--help`."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002  (as typer calls it)
        """Write a section for each panel, in the order of registration."""
        width = max(map(len, self.commands))
        panels: dict[str, list[tuple[str, str]]] = {}
        for name, command in self.commands.items():
            row = name.ljust(width), command.get_short_help_str(formatter.width - width - 6)
            panels.setdefault(getattr(command, "rich_help_panel", None) or "Commands", []).append(row)
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)
