"""The gate, as the runner applies it."""

from __future__ import annotations

from pathlib import Path

from tests.project import Project, toy_project


def test_a_rejected_model_exits_3_and_says_why(project: Project) -> None:
    """The refused stage is blocked with the rule and what it found."""
    document = project.json("run", "--set", "bless.least=100", status=3)
    assert document["outcome"] == "rejected"
    assert document["stages"][-1]["reason"] == "blocked: not blessed (length 6 < 100)"


def test_a_cached_refusal_exits_3_again_with_the_same_words(project: Project) -> None:
    """A refusal does not turn into success by being cached."""
    first = project.json("run", "--set", "bless.least=100", status=3)["stages"][-1]
    again = project.json("run", "--set", "bless.least=100", status=3)["stages"][-1]
    assert (first["outcome"], first["reason"]) == (again["outcome"], again["reason"])


def test_a_rejected_model_leaves_the_champion(ran: Project) -> None:
    """The champion of the run before stays."""
    before = (ran.artifacts / "champion").readlink()
    document = ran.json("run", "--set", "bless.least=100", "--set", "say.word=hi", status=3)
    assert document["champion"] == str(before) == str((ran.artifacts / "champion").readlink())


def test_a_blessing_of_another_artifact_is_refused(tmp_path: Path) -> None:
    """A stage that requires a blessing of a model runs only for the very model that was judged."""
    project = toy_project(tmp_path / "toy")
    project.edit("toys/bless.py", "model=text.digest", "model='0' * 64")
    project.edit("toys/text.py", "class Text(Artifact)", "class Model(Artifact)")
    for name in ("say", "shout", "bless", "pack"):
        project.edit(f"toys/{name}.py", "import Text", "import Model as Text")
    reason = project.json("run", status=3)["stages"][-1]["reason"]
    assert reason.startswith("blocked: not blessed (the blessing is for another Model: 00000000")


def test_without_a_champion_the_refusal_is_said(project: Project) -> None:
    """Where the first model was refused, a command that asks for the champion says so, and how to see why."""
    run = project.json("run", "--set", "bless.least=100", status=3)["run"]
    failed = project.digits("predict", "x.png", status=4)
    assert f"there is no champion yet: the gate refused the model of the latest run, {run}" in failed.stderr
    assert "digits show lists the rules it missed" in failed.stderr


def test_a_partial_run_with_a_refusal_exits_3(project: Project) -> None:
    """A refusal is no quiet success in a run that ends at the gate either."""
    assert project.json("run", "--to", "bless", "--set", "bless.least=100", status=3)["outcome"] == "rejected"


def test_a_bundle_that_nothing_has_judged_is_a_usage_error(project: Project) -> None:
    """A stage that puts out a bundle must require a blessing."""
    project.edit("pipeline.yaml", "    requires: bless.blessing\n", "")
    failed = project.digits("check", status=2)
    assert "pack exports a bundle that no stage has judged" in failed.stderr


def test_a_gate_that_was_changed_cannot_be_taken(ran: Project) -> None:
    """Nothing is promoted under the rules of an earlier run."""
    failed = ran.digits("run", "--from", "pack", "--set", "bless.least=100", status=2)
    assert "bless cannot be taken" in failed.stderr
    assert "config changed: least 3 -> 100" in failed.stderr


def test_a_gate_without_rules_refuses(project: Project) -> None:
    """No rule is no blessing."""
    project.edit("toys/bless.py", "Verdict.of([rule]", "Verdict.of([]")
    assert "the gate has no rules" in project.digits("run", status=3).stdout
