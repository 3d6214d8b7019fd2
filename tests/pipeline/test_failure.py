"""A stage that fails."""

from __future__ import annotations

from tests.project import Project


def test_a_failure_names_the_stage_and_the_error_first(project: Project) -> None:
    """The first line is the error, then how to go on and where the log is; the traceback is the component's."""
    failed = project.digits("run", "--set", "say.fail=no words", status=1)
    lines = failed.stderr[failed.stderr.index("error:") :].splitlines()
    assert lines[0] == "error: say failed: ValueError: no words"
    assert f"digits -C {project.path} rerun say --set 'say.fail=no words'" in lines[1]
    assert "log.jsonl" in lines[2]
    assert "output.txt" in lines[3]
    assert "raise ValueError(config.fail)" in failed.stderr
    assert "runner.py" not in failed.stderr


def test_stages_that_finished_stay_after_a_failure(ran: Project) -> None:
    """What ran before the failure is not done again once the cause is gone."""
    ran.edit("toys/shout.py", "louder(text.read())", "louder(1)")
    assert ran.outcomes("--set", "say.word=new", status=1) == {
        "say": "ran",
        "shout": "failed",
        "bless": "skipped",
        "pack": "skipped",
    }
    ran.edit("toys/shout.py", "louder(1)", "louder(text.read())")
    assert ran.outcomes("--set", "say.word=new")["say"] == "unchanged"


def test_a_corrupt_input_exits_4(project: Project) -> None:
    """An error a person can mend has its own exit code, its parts, and no traceback."""
    failed = project.digits("run", "--set", "say.corrupt=true", status=4)
    assert "found:    a typo" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_an_output_that_is_not_written_is_a_failure(project: Project) -> None:
    """A component that leaves an output empty has failed, and nothing is published."""
    failed = project.digits("run", "--set", "say.silent=true", status=1)
    assert "the output text was not written" in failed.stderr
    assert not (project.artifacts / "store" / "say" / "text").exists()
