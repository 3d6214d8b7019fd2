"""Shell completion."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.forked import run_forked
from tests.project import DIGITS, HOUSE, Project

SETTINGS = [f"say.{key}=" for key in ("word", "times", "fail", "corrupt", "seconds", "silent")]
IN_BASH = """
source <("$1" --show-completion bash)
COMP_WORDS=($2 '') COMP_CWORD=$3
_digits_completion "$1"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def _press_tab(line: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Ask for completions of a line, as typer's bash script does."""
    words = line.split(" ")
    request = {"_DIGITS_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    environment = Project(folder, variables | request).variables()
    return run_forked([str(DIGITS)], environment, folder)


def _offered(line: str, folder: Path, **variables: str) -> list[str]:
    """Return the completions of a line."""
    return _press_tab(line, folder, **variables).stdout.split()


@pytest.mark.parametrize(
    ("line", "stages"),
    [
        ("digits rerun s", ["say", "shout"]),
        ("digits rerun ", ["say", "shout", "bless", "pack"]),
        ("digits rerun x", []),
        ("digits run --from b", ["bless"]),
        ("digits run --to p", ["pack"]),
        ("digits run --force sh", ["shout"]),
    ],
)
def test_stages_are_offered(line: str, stages: list[str], project: Project) -> None:
    """Where a stage name belongs, the matching stages are offered in pipeline order."""
    assert _offered(line, project.path) == stages


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("digits run --set train.recipe=", ["fast", "standard", "best", "mlp"]),
        ("digits lineage --format ", ["tree", "json", "dot"]),
    ],
)
def test_the_valid_values_are_offered(line: str, values: list[str]) -> None:
    """A setting or option with a fixed set of values offers them."""
    assert [each.rpartition("=")[2] for each in _offered(line, HOUSE)] == values


def test_models_are_offered(project: Project) -> None:
    """`digits predict --model v` offers the exported models, newest first."""
    for name in ("v0001-aaaaaaaa", "v0002-bbbbbbbb"):
        folder = project.artifacts / "store" / "export" / "bundle" / name
        folder.mkdir(parents=True)
        (folder / "model.tflite").touch()
    assert _offered("digits predict --model v", project.path) == ["v0002-bbbbbbbb", "v0001-aaaaaaaa"]


def test_the_stages_of_this_repository_are_offered() -> None:
    """`digits rerun t` in this repository offers `train`."""
    assert _offered("digits rerun t", HOUSE) == ["train"]


def test_runs_are_offered(ran: Project) -> None:
    """`digits show 2` offers the runs, newest first."""
    ran.digits("run")
    names = [run["run"] for run in ran.json("runs")]
    assert len(names) == 2
    assert _offered("digits show 2", ran.path) == names


def test_rerun_offers_runs(ran: Project) -> None:
    """`digits rerun shout --run 2` offers the runs."""
    assert _offered("digits rerun shout --run 2", ran.path) == [ran.json("show")["run"]]


@pytest.mark.parametrize(
    ("line", "settings"),
    [
        ("digits run --set say.", SETTINGS),
        ("digits plan --set say.t", ["say.times="]),
        ("digits rerun say --set th", ["threads="]),
        ("digits check --set say.word=x --set sh", ["shout.end="]),
        ("digits run --set say.corrupt=", ["say.corrupt=true", "say.corrupt=false"]),
        ("digits run --set say.word=", []),
    ],
)
def test_settings_are_offered(line: str, settings: list[str], project: Project) -> None:
    """After --set, every setting that begins with the typed text is offered as `stage.key=`."""
    assert _offered(line, project.path) == settings


@pytest.mark.parametrize(
    ("words", "offered"),
    [("rerun s", ["say", "shout"]), ("run --set say.t", ["say.times="])],
)
def test_completion_follows_the_project_option(words: str, offered: list[str], project: Project) -> None:
    """With -C DIR, the stages and settings of that project are offered, from any working directory."""
    assert _offered(f"digits -C {project.path} {words}", HOUSE) == offered
    command, rest = words.split(" ", 1)
    assert _offered(f"digits {command} -C {project.path} {rest}", HOUSE) == offered


def test_stages_of_the_named_file_are_offered(project: Project) -> None:
    """With -f FILE, the stages are those of that file."""
    (project.path / "other.yaml").write_text("stages: {speak: {uses: toys.say}}")
    assert _offered("digits run -f other.yaml --to s", project.path) == ["speak"]


def test_runs_of_the_named_project_are_offered(ran: Project) -> None:
    """With -C DIR, the runs of that project are offered."""
    assert _offered(f"digits -C {ran.path} show 2", ran.path.parent) == [ran.json("show")["run"]]


def test_a_tilde_in_the_project_option_is_expanded(project: Project) -> None:
    """With -C ~/DIR, which the shell passes unexpanded, that project's stages are offered."""
    home = str(project.path.parent)
    assert _offered(f"digits -C ~/{project.path.name} rerun s", HOUSE, HOME=home) == ["say", "shout"]


@pytest.mark.parametrize("line", ["digits rerun t", "digits run --set t", "digits show 2"])
def test_outside_a_project_completion_is_silent(line: str, tmp_path: Path) -> None:
    """Outside a project nothing is offered, and no error appears on the line being typed."""
    pressed = _press_tab(line, tmp_path)
    assert (pressed.stdout.strip(), pressed.stderr) == ("", "")


def test_an_invalid_pipeline_keeps_completion_silent(project: Project) -> None:
    """If pipeline.yaml cannot be parsed, nothing is offered, and no error appears on the line being typed."""
    (project.path / "pipeline.yaml").write_text("stages: [")
    pressed = _press_tab("digits rerun s", project.path)
    assert (pressed.stdout.strip(), pressed.stderr) == ("", "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash on this machine")
def test_the_bash_script_works(project: Project) -> None:
    """The script of --show-completion, sourced in bash, fills COMPREPLY."""
    command = ["bash", "--norc", "-c", IN_BASH, "bash", str(DIGITS), "digits rerun", "2"]
    answer = subprocess.run(
        command, cwd=project.path, env=project.variables(), capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines() == ["say", "shout", "bless", "pack"]
