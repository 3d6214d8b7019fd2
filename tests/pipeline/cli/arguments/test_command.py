"""Options and help that all commands share."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pipeline.cli.main import PANELS, app
from tests.forked import run_forked
from tests.project import DIGITS, Project

COMMANDS = [each.callback.__name__.replace("_", "-") for each in app.registered_commands if each.callback]


def _digits(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    done = run_forked([str(DIGITS), *arguments], dict(os.environ), folder)
    assert done.returncode == 0, done.stderr
    return done


def test_the_project_option_works_before_and_after_the_command(project: Project, tmp_path: Path) -> None:
    """-C DIR works before and after the command, and the suggested next command repeats it."""
    assert "pipeline.yaml is valid" in _digits("check", "-C", str(project.path), folder=tmp_path).stdout
    ran = _digits("run", "-C", str(project.path), "--to", "say", folder=tmp_path).stdout
    assert f"digits -C {project.path} report" in ran


def test_help_groups_the_commands(tmp_path: Path) -> None:
    """`digits --help` has a section for each panel, with one line for each of its commands, none cut short."""
    text = _digits("--help", folder=tmp_path).stdout
    assert "..." not in text.replace("COMMAND [ARGS]...", "")
    for panel, commands in PANELS.items():
        section = text.partition(f"\n{panel}:\n")[2].partition("\n\n")[0]
        assert [line.split()[0] for line in section.splitlines()] == [
            each.__name__.replace("_", "-") for each in commands
        ]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_usage_is_plain(command: str, tmp_path: Path) -> None:
    """Every command has -C, and its usage line has no braces."""
    text = _digits(command, "--help", folder=tmp_path).stdout
    assert "-C DIR" in text
    assert "{" not in text.splitlines()[0]
