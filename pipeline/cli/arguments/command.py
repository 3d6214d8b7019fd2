"""How typer shows the commands: -C on each of them, a plain usage line, and groups in `digits --help`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

from pipeline.cli.arguments.conversion import convert_lightly

__all__ = ["DIRECTORY", "ProjectCommand", "ProjectGroup", "ProjectSubgroup", "read_later"]

DIRECTORY = "directory"
"""Name of the option -C in a context."""


def read_later(function: Callable[..., None]) -> Callable[[], None]:
    """Return what typer registers for a command before its options are needed: its name and docstring.

    To read the options of every command from their annotations takes a fifth of `digits --help`.
    """

    def command() -> None:
        """Stand in for the function."""

    command.__name__, command.__doc__ = function.__name__, function.__doc__
    vars(command)["function"] = function
    return command


class ProjectCommand(TyperCommand):
    """A command that works on a project; -C may follow it as well as precede it."""

    @property
    def params(self) -> list[Any]:
        """The parameters of the function, read from its annotations when they are first asked for."""
        if function := vars(self.callback).pop("function", None):
            info = CommandInfo(callback=function)
            whole = get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None)
            self.callback, self._params = whole.callback, whole.params
        return self._params

    @params.setter
    def params(self, params: list[Any]) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]  (an attribute)
        """Replace them, as the constructor does."""
        self._params = params

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  (typer does not show the type)
        """Return the command's own parameters, then -C and --help."""
        return _with_directory(super().get_params(ctx), ctx)

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


def _with_directory(params: list[Any], ctx: Any) -> list[Any]:  # noqa: ANN401  (typer does not show the type)
    """Return the parameters of a command with -C before --help, which is the last."""
    *own, last = params
    top: list[Any] = ctx.find_root().command.params if ctx.parent else []
    return convert_lightly([*own, *(each for each in top if each.name == DIRECTORY), last])


class ProjectGroup(TyperGroup):
    """The command `digits`. Typer lists commands by panel only with Rich, which would slow down `--help`."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  (typer does not show the type)
        """Return the options that stand before a command."""
        return convert_lightly(super().get_params(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002  (as typer calls it)
        """Write a section for each panel, in the order of registration."""
        width = max(map(len, self.commands))
        panels: dict[str, list[tuple[str, str]]] = {}
        for name, command in self.commands.items():
            row = name.ljust(width), command.get_short_help_str(formatter.width - width - 6)
            rows = panels.setdefault(getattr(command, "rich_help_panel", None) or "Commands", [])
            rows.insert(0 if isinstance(command, TyperGroup) else len(rows), row)  # typer registers groups last
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)


class ProjectSubgroup(ProjectGroup):
    """A command with commands below it; -C may follow it, and may follow those."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  (typer does not show the type)
        """Return the group's own options, then -C and --help."""
        return _with_directory(super().get_params(ctx), ctx)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  (typer does not show the type)
        """Store -C, then run the command."""
        ctx.obj = ctx.params.pop(DIRECTORY, None) or ctx.obj
        return super().invoke(ctx)
