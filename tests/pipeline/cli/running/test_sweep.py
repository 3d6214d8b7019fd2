"""`digits run --sweep` and `digits plan --sweep`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from pipeline.cli.main import app
from pipeline.cli.running.sweep import check_options, open_project_sweep, plan_sweep, run_sweep
from schemas.errors import UsageError
from tests.pipeline.sweep.conftest import LEARNING
from tests.project import toy_project

GIVEN = ["learn.rate=0.4,0.5"]


@pytest.fixture
def context(tmp_path: Path) -> typer.Context:
    """Return the context of a command in a project that can be swept."""
    return typer.Context(typer.main.get_command(app), obj=toy_project(tmp_path / "toy", LEARNING).path)


def test_the_winner_goes_through_the_gate(context: typer.Context, capsys: pytest.CaptureFixture[str]) -> None:
    """With --then run, the best combination is run to its end and promoted; one document has both."""
    sweep = open_project_sweep(context, GIVEN, [], None)
    run_sweep(context, sweep, then=True, promote=True, as_json=True)
    printed = capsys.readouterr().out
    document = json.loads(printed[printed.index("{") :])  # what a stage prints goes elsewhere in a process of its own
    assert (document["then"]["outcome"], document["then"]["overrides"]) == ("promoted", ["learn.rate=0.5"])
    assert [each["outcome"] for each in document["combinations"]] == ["ran", "ran"]


def test_a_refusal_by_the_gate_ends_with_3(context: typer.Context) -> None:
    """As after any other run."""
    sweep = open_project_sweep(context, ["learn.rate=0.5"], ["bless.least=100"], None)
    with pytest.raises(typer.Exit) as ended:
        run_sweep(context, sweep, then=True, promote=True, as_json=True)
    assert ended.value.exit_code == 3


def test_a_failed_combination_ends_with_1(context: typer.Context, capsys: pytest.CaptureFixture[str]) -> None:
    """The table is printed nevertheless, with the command that takes the best further."""
    sweep = open_project_sweep(context, ["learn.rate=0.5,3.0"], ["say.word=a b"], None)
    with pytest.raises(typer.Exit) as ended:
        run_sweep(context, sweep, then=False, promote=True, as_json=False)
    assert ended.value.exit_code == 1
    *_, last = capsys.readouterr().out.splitlines()
    assert last == f"next     digits -C {context.obj} run --set 'say.word=a b' --set learn.rate=0.5"


def test_plan_counts_the_stages(context: typer.Context, capsys: pytest.CaptureFixture[str]) -> None:
    """Each stage counts once for combinations that share it."""
    plan_sweep(context, open_project_sweep(context, GIVEN, [], None), as_json=False)
    *_, last = capsys.readouterr().out.splitlines()
    assert last == "2 combinations: 4 stages would run (say 1, learn 2, shout 1)"


@pytest.mark.parametrize(
    ("sweep", "then", "part", "no_promote"),
    [
        ([], "run", False, False),
        (GIVEN, "export", False, False),
        (GIVEN, None, True, False),
        (GIVEN, None, False, True),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    sweep: list[str],
    then: str | None,
    part: bool,  # noqa: FBT001  (pytest passes it)
    no_promote: bool,  # noqa: FBT001
) -> None:
    """--then without a sweep or with another word; a part of the pipeline; --no-promote where nothing is promoted."""
    with pytest.raises(UsageError):
        check_options(sweep, then, part=part, no_promote=no_promote)
