"""Settings and options say what they mean, and what is generated from them is current."""

from __future__ import annotations

import json

import typer

from pipeline.cli.main import app
from pipeline.specification.component import load_component
from tests.docs import reference
from tests.project import HOUSE, Project


def test_every_setting_is_described() -> None:
    """Each field of each component's config, and of pipeline.yaml itself, says what it means."""
    schema = json.loads((HOUSE / "schemas" / "pipeline.schema.json").read_text())
    models = [schema, *schema["$defs"].values()]
    silent = [name for model in models for name, field in model.get("properties", {}).items() if not _described(field)]
    assert len(models) > 8
    assert silent == []


def _described(field: dict[str, object]) -> bool:
    return "description" in field or "$ref" in field


def test_the_json_schema_is_current() -> None:
    """The schema that pipeline.yaml names for editors is what `digits check --schema` prints."""
    shipped = Project(HOUSE, {})
    assert shipped.digits("check", "--schema").stdout == (HOUSE / "schemas" / "pipeline.schema.json").read_text()
    assert "$schema=schemas/pipeline.schema.json" in (HOUSE / "pipeline.yaml").read_text()


def test_every_option_has_help() -> None:
    """Each option and argument of each command says what it does."""
    commands = [typer.main.get_group(app), *reference.commands().values()]
    silent = [f"{each.name} {option.name}" for each in commands for option in each.params if not _help_of(option)]
    assert len(commands) == 30
    assert silent == []


def _help_of(option: object) -> str:
    return getattr(option, "help", None) or ""


def test_the_reference_is_current() -> None:
    """The page of all commands and settings is what `python -m tests.docs.reference` writes."""
    assert reference.PAGE.read_text() == reference.reference()


def test_the_reference_has_every_component() -> None:
    """Each stage's settings are in it, also those of a stage that the shipped pipeline does not have."""
    text = reference.PAGE.read_text()
    stages = [path.stem for path in (HOUSE / "components").glob("*.py") if path.stem != "__init__"]
    configs = {stage: load_component(stage, "components").config.__name__ for stage in stages}
    assert len(stages) >= 8
    assert [stage for stage, config in configs.items() if f"### {config}\n" not in text] == []
