"""`digits plan`."""

from __future__ import annotations

from tests.project import Project


def test_plan_predicts_which_stages_run(ran: Project) -> None:
    """A stage whose config changed will run; the stages below it may run."""
    stages = ran.json("plan", "--set", "shout.end=x")["stages"]
    assert [(stage["outcome"], stage["reason"]) for stage in stages[1:]] == [
        ("will run", "config changed: end ! -> x"),
        ("may run", "may run: shout will run"),
        ("may run", "may run: shout will run"),
    ]


def test_plan_changes_nothing(project: Project) -> None:
    """A plan writes nothing to disk."""
    project.digits("plan")
    assert not project.artifacts.exists()


def test_plan_predicts_a_refusal(project: Project) -> None:
    """After a cached refusal, the plan shows the stage as blocked."""
    project.digits("run", "--set", "bless.least=100", status=3)
    assert project.json("plan", "--set", "bless.least=100")["stages"][-1]["outcome"] == "blocked"
