"""What the README shows is true."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from components.evaluate import EvaluateConfig
from schemas import errors
from tests.project import DIGITS, HOUSE, Project

README = (HOUSE / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [text for language, text in BLOCKS if language == "sh"]


@pytest.mark.parametrize("block", COMMANDS)
def test_every_block_of_commands_runs(block: str, trained: Project, tmp_path: Path) -> None:
    """Each block ends with 0 in a project that has run; of make, the targets exist."""
    shutil.copytree(trained.path, tmp_path / "copy", symlinks=True)
    script = re.sub(r"^make ", f"make -n -C {HOUSE} ", block, flags=re.MULTILINE)
    variables = trained.variables()
    variables["PATH"] = f"{DIGITS.parent}{os.pathsep}{variables['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path / "copy", env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_gate_shown_is_valid() -> None:
    """The rules in the README are rules."""
    [text] = [text for language, text in BLOCKS if language == "yaml"]
    assert len(EvaluateConfig.model_validate(yaml.safe_load(text)).gate) == 3


def test_every_exit_code_is_documented() -> None:
    """The table of exit codes names those of the error tree, and of a refusal."""
    codes = {getattr(errors, name).exit_code for name in errors.__all__ if name.endswith("Error")} | {3}
    assert all(f"| {code} |" in README for code in codes)


def test_every_variable_is_documented() -> None:
    """Each environment variable that a setting takes is in the README's table."""
    sources = [path.read_text() for path in (HOUSE / "components").glob("*.py")]
    variables = {name for source in sources for name in re.findall(r'"env": "(\w+)"', source)}
    assert len(variables) == 3
    assert all(f"| `{name}`" in README for name in variables)


def test_every_command_is_documented(trained: Project) -> None:
    """Each command that --help lists stands in the README."""
    listed = trained.digits("--help").stdout.partition("Commands:")[2]
    commands = re.findall(r"^  (\w+)", listed, re.MULTILINE)
    assert len(commands) >= 5
    assert all(f"digits {command}" in README for command in commands)
