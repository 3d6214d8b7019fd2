"""Writes docs/reference.md, every command and every setting, from the code itself: python -m tests.docs.reference."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from pipeline.cli.main import app
from pipeline.cli.running.schema import json_schema
from pipeline.load import load_pipeline
from tests.project import HOUSE

__all__ = ["PAGE", "commands", "reference", "settings"]

PAGE = HOUSE / "docs" / "reference.md"
SCORE = (
    "\n  score: {inputs: {bundle: export.bundle}, config: {folder: scans}}\n"  # which the shipped file does not have
)
BEGINNING = """\
# Every command and every setting

`python -m tests.docs.reference` writes this page from the code. The same words are in `digits COMMAND --help` and in
`digits check --explain`; [exit codes and environment variables](scripting.md) have a page of their own.

## Commands
"""


def commands() -> dict[str, Any]:
    """Return the commands by name, with those of a group after it: `models`, `models show`."""
    found: dict[str, Any] = {}
    for name, command in typer.main.get_group(app).commands.items():
        found[name] = command
        found |= {f"{name} {each}": below for each, below in getattr(command, "commands", {}).items()}
    return found


def settings() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of pipeline.yaml and of every component's config, and of what they hold, by name."""
    with tempfile.TemporaryDirectory() as folder:
        text = (HOUSE / "pipeline.yaml").read_text(encoding="utf-8") + SCORE
        (Path(folder) / "pipeline.yaml").write_text(text, encoding="utf-8")
        schema = json_schema(load_pipeline(Path(folder)))
    return {"pipeline.yaml": schema, **schema["$defs"]}


def reference() -> str:
    """Return the page."""
    parts = [BEGINNING, _command("digits", typer.main.get_group(app))]
    parts += [_command(f"digits {name}", command) for name, command in commands().items()]
    return "\n".join([*parts, "## Settings\n", *(_settings(name, model) for name, model in settings().items())])


def _command(name: str, command: Any) -> str:  # noqa: ANN401  (click's, which has no types)
    arguments = [_name(each) for each in command.params if each.param_type_name == "argument"]
    rows = [f"| {_names(each)} | {_cell(each.help or '')} |" for each in command.params if each.name != "help"]
    usage = " ".join([name, *arguments])
    return "\n".join([f"### {usage}", "", _cell(command.help or ""), "", "| | |", "|---|---|", *rows, ""])


def _name(argument: Any) -> str:  # noqa: ANN401
    return str(argument.metavar or argument.name.upper())


def _names(parameter: Any) -> str:  # noqa: ANN401
    if parameter.param_type_name == "argument":
        return f"`{_cell(_name(parameter))}`"
    value = "" if parameter.is_flag else f" {parameter.metavar or 'N'}"
    return f"`{_cell(', '.join(parameter.opts) + value)}`"


def _settings(name: str, model: dict[str, Any]) -> str:
    rows = [
        f"| `{key}` | {_cell(_values(field))} | {_cell(field.get('description', ''))} |"
        for key, field in model.get("properties", {}).items()
    ]
    heading = ["| setting | values | meaning |", "|---|---|---|"]
    return "\n".join([f"### {name}", "", _cell(model.get("description", "")), "", *heading, *rows, ""])


def _values(field: dict[str, Any]) -> str:
    """Return what a setting takes and its default: `sgd`, adam; an object says where its settings are."""
    kinds = [kind for option in field.get("anyOf", [field]) for kind in _kinds(option)]
    default = field.get("default")
    known = "" if default in (None, [], {}) or isinstance(default, dict) else f" = `{json.dumps(default)}`"
    return ", ".join(dict.fromkeys(kinds)) + known


def _kinds(option: dict[str, Any]) -> Iterator[str]:
    if "$ref" in option:
        name = option["$ref"].rpartition("/")[2]
        yield f"[{name}](#{name.lower()})"
    elif "enum" in option:
        yield " or ".join(f"`{each}`" for each in option["enum"])
    elif "const" in option:
        yield f"`{option['const']}`"
    elif option.get("type") == "array":
        yield from (f"list of {each}" for each in _kinds(option.get("items", {})))
    elif option.get("type") == "object" and isinstance(option.get("additionalProperties"), dict):
        yield from (f"name: {each}" for each in _kinds(option["additionalProperties"]))
    elif option.get("type") != "null":
        yield str(option.get("format") or option.get("type") or "any")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the page."""
    PAGE.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
