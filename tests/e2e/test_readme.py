"""What the README shows is true."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from components.evaluate import EvaluateConfig
from pipeline.cli.main import app
from schemas import errors
from schemas.settings.document import read_document
from tests.inference.pictures import as_file, seven
from tests.project import DIGITS, HOUSE, Project

README = (HOUSE / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [text for language, text in BLOCKS if language == "sh"]


@pytest.mark.long
@pytest.mark.parametrize("block", COMMANDS)
def test_every_block_of_commands_runs(block: str, trained: Project, tmp_path: Path) -> None:
    """Each block ends with 0 in a project that has run; of make, the targets exist."""
    shutil.copytree(trained.path, tmp_path / "copy", symlinks=True)
    (tmp_path / "copy" / "photo.jpg").write_bytes(as_file(seven(), "JPEG"))
    (tmp_path / "copy" / "scans").mkdir()
    (tmp_path / "copy" / "scans" / "1.jpg").write_bytes(as_file(seven(), "JPEG"))
    script = re.sub(r"^make ", f"make -n -C {HOUSE} ", block, flags=re.MULTILINE)
    variables = trained.variables()
    variables["PATH"] = f"{DIGITS.parent}{os.pathsep}{variables['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path / "copy", env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_gate_shown_is_valid(tmp_path: Path) -> None:
    """The rules in the README are rules; read as pipeline.yaml is, where `on` is a word and not YAML 1.1's truth."""
    [text] = [text for _, text in BLOCKS if text.startswith("gate:")]
    (tmp_path / "gate.yaml").write_text(text)
    gate = EvaluateConfig.model_validate(read_document(tmp_path / "gate.yaml").value).gate
    assert gate.model_fields_set >= {"accuracy", "recall", "robustness", "slices", "champion"}


def test_the_stage_of_ones_own_works(trained: Project, tmp_path: Path) -> None:
    """The example of a user's own stage, of 15 lines at most, lists what the model misread, and its code counts."""
    shutil.copytree(trained.path, tmp_path / "copy", symlinks=True)
    project = Project(tmp_path / "copy", trained.environment)
    [module] = [text for language, text in BLOCKS if language == "python"]
    [stage] = [text for _, text in BLOCKS if "uses: mystages.misread" in text]
    assert len(module.splitlines()) <= 15
    (project.path / "mystages").mkdir()
    (project.path / "mystages" / "misread.py").write_text(module)
    with (project.path / "pipeline.yaml").open("a") as file:
        file.write("\n" + stage)
    document = project.json("run")
    metrics, misread = document["metrics"], project.artifacts / "latest" / "misread.pictures" / "misread.txt"
    assert len(misread.read_text().splitlines()) == round(1000 * (1 - metrics["accuracy"]))
    project.edit("mystages/misread.py", 'row["label"] != row["read"]', 'row["read"] != row["label"]')
    assert project.reasons()["misread"] == "code changed: mystages/misread.py"


def test_every_setting_is_described() -> None:
    """Each field of each component's config, and of pipeline.yaml itself, says what it means."""
    schema = json.loads((HOUSE / "schemas" / "pipeline.schema.json").read_text())
    models = [schema, *schema["$defs"].values()]
    silent = [name for model in models for name, field in model.get("properties", {}).items() if not _described(field)]
    assert len(models) > 8
    assert silent == []


def _described(field: dict[str, object]) -> bool:
    return "description" in field or "$ref" in field


def test_the_json_schema_is_current(trained: Project) -> None:
    """The schema that pipeline.yaml names for editors is what `digits check --schema` prints."""
    shipped = Project(HOUSE, {})
    assert shipped.digits("check", "--schema").stdout == (HOUSE / "schemas" / "pipeline.schema.json").read_text()
    assert "$schema=schemas/pipeline.schema.json" in (trained.path / "pipeline.yaml").read_text()


def test_every_option_has_help() -> None:
    """Each option and argument of each command says what it does."""
    group = typer.main.get_group(app)
    commands = [group, *group.commands.values()]
    silent = [f"{each.name} {option.name}" for each in commands for option in each.params if not _help_of(option)]
    assert len(commands) == 13
    assert silent == []


def _help_of(option: object) -> str:
    return getattr(option, "help", None) or ""


def test_every_exit_code_is_documented() -> None:
    """The table of exit codes names those of the error tree, of a refusal and of unreadable pictures."""
    codes = {getattr(errors, name).exit_code for name in errors.__all__ if name.endswith("Error")} | {3, 5}
    assert all(f"| {code} |" in README for code in codes)


def test_every_variable_is_documented() -> None:
    """Each environment variable that a setting takes is in the README's table."""
    sources = [path.read_text() for path in (HOUSE / "components").glob("*.py")]
    variables = {name for source in sources for name in re.findall(r'"env": "(\w+)"', source)}
    assert len(variables) == 3
    assert all(f"| `{name}`" in README for name in variables)


def test_every_command_is_documented() -> None:
    """Each command stands in the README."""
    commands = typer.main.get_group(app).commands
    assert all(f"digits {command}" in README for command in commands)
