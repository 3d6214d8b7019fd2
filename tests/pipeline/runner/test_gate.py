"""The gate, as the runner applies it."""

from __future__ import annotations

from pathlib import Path

from tests.project import Project, toy_project


def test_a_rejected_model_exits_3_and_says_why(project: Project) -> None:
    """A rejected model exits with 3, and the blocked stage names the rule and the measured value."""
    document = project.json("run", "--set", "bless.least=100", status=3)
    assert document["outcome"] == "rejected"
    assert document["stages"][-1]["reason"] == "blocked: not blessed (length 6 < 100)"


def test_a_cached_refusal_exits_3_again_with_the_same_words(project: Project) -> None:
    """A cached refusal has the same exit code and reason as the first."""
    first = project.json("run", "--set", "bless.least=100", status=3)["stages"][-1]
    again = project.json("run", "--set", "bless.least=100", status=3)["stages"][-1]
    assert (first["outcome"], first["reason"]) == (again["outcome"], again["reason"])


def test_a_rejected_model_leaves_the_champion(ran: Project) -> None:
    """A rejected model leaves the champion in place."""
    before = (ran.artifacts / "champion").readlink()
    document = ran.json("run", "--set", "bless.least=100", "--set", "say.word=hi", status=3)
    assert document["champion"] == str(before) == str((ran.artifacts / "champion").readlink())


def test_a_blessing_of_another_artifact_is_refused(tmp_path: Path) -> None:
    """A stage that requires a blessing runs only for the model that was judged."""
    project = toy_project(tmp_path / "toy")
    project.edit("toys/bless.py", "model=text.digest", "model='0' * 64")
    project.edit("toys/text.py", "class Text(Artifact)", "class Model(Artifact)")
    for name in ("say", "shout", "bless", "pack"):
        project.edit(f"toys/{name}.py", "import Text", "import Model as Text")
    reason = project.json("run", status=3)["stages"][-1]["reason"]
    assert reason.startswith("blocked: not blessed (the blessing is for another Model: 00000000")


def test_a_missing_champion_is_explained_by_the_refusal(project: Project) -> None:
    """If the first model was refused, a command that needs the champion says so, and how to see why."""
    run = project.json("run", "--set", "bless.least=100", status=3)["run"]
    failed = project.digits("predict", "x.png", status=4)
    assert f"there is no champion yet: the gate refused the model of the latest run, {run}" in failed.stderr
    assert "digits show lists the rules it missed" in failed.stderr


def test_a_partial_run_with_a_refusal_exits_3(project: Project) -> None:
    """A run that ends at the gate with a refusal exits with 3."""
    assert project.json("run", "--to", "bless", "--set", "bless.least=100", status=3)["outcome"] == "rejected"


def test_a_bundle_without_a_blessing_is_a_usage_error(project: Project) -> None:
    """A stage that exports a bundle must require a blessing."""
    project.edit("pipeline.yaml", "    requires: bless.blessing\n", "")
    failed = project.digits("check", status=2)
    assert "pack exports a bundle that no stage has judged" in failed.stderr


def test_a_verdict_under_other_rules_is_not_reused(ran: Project) -> None:
    """After a change of the gate, an earlier verdict cannot be reused."""
    failed = ran.digits("run", "--from", "pack", "--set", "bless.least=100", status=2)
    assert "bless cannot be taken" in failed.stderr
    assert "config changed: least 3 -> 100" in failed.stderr


def test_a_gate_without_rules_refuses(project: Project) -> None:
    """A gate without rules blesses nothing."""
    project.edit("toys/bless.py", "Verdict.of([rule]", "Verdict.of([]")
    assert "the gate has no rules" in project.digits("run", status=3).stdout
