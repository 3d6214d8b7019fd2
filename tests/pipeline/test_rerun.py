"""One stage, or a part of the pipeline."""

from __future__ import annotations

import json
import shutil

from tests.project import Project


def test_rerun_takes_the_stages_above_and_runs_one(ran: Project) -> None:
    """The stage ran because it was forced; what it takes is the latest run's."""
    first = ran.json("show")["run"]
    document = ran.json("rerun", "shout")
    stages = {stage["stage"]: (stage["outcome"], stage["reason"]) for stage in document["stages"]}
    assert stages["say"] == ("unchanged", f"taken from run {first}")
    assert stages["shout"] == ("ran", "forced")


def test_rerun_with_equal_content_leaves_nothing_stale(ran: Project) -> None:
    """The same content again disturbs no stage below, and the run is partial."""
    document = ran.json("rerun", "shout")
    assert [stage["outcome"] for stage in document["stages"]] == ["unchanged", "ran", "unchanged", "unchanged"]
    assert document["outcome"] == "partial"


def test_rerun_lists_the_stages_below_as_stale(ran: Project) -> None:
    """Another content makes the stage that takes it stale, and those below that."""
    document = ran.json("rerun", "shout", "--set", "shout.end=x")
    assert [(stage["stage"], stage["outcome"], stage["reason"]) for stage in document["stages"][1:]] == [
        ("shout", "ran", "forced; config changed: end ! -> x"),
        ("bless", "stale", "input changed: text"),
        ("pack", "stale", "may run: bless will run"),
    ]


def test_rerun_does_not_promote(ran: Project) -> None:
    """The champion stays where the stages below did not run."""
    before = (ran.artifacts / "champion").readlink()
    ran.digits("rerun", "shout", "--set", "shout.end=x")
    assert (ran.artifacts / "champion").readlink() == before


def test_rerun_downstream_goes_on_to_promotion(ran: Project) -> None:
    """With --downstream the stages below run where they have to, and the new bundle is the champion."""
    before = (ran.artifacts / "champion").readlink()
    document = ran.json("rerun", "shout", "--set", "shout.end=x", "--downstream")
    assert document["outcome"] == "promoted"
    assert (ran.artifacts / "champion").readlink() != before


def test_rerun_downstream_stops_at_the_gate(ran: Project) -> None:
    """With --downstream a refusal exits with 3."""
    ran.digits("rerun", "shout", "--set", "bless.least=100", "--downstream", status=3)


def test_rerun_takes_from_the_run_that_is_named(ran: Project) -> None:
    """With --run the stages above are those of that run, not of the latest."""
    first = ran.json("show")["run"]
    ran.digits("run", "--set", "say.word=goodbye")
    document = ran.json("rerun", "shout", "--run", first)
    text = ran.artifacts / document["stages"][1]["outputs"]["shouted"] / "text.txt"
    assert text.read_text() == "HELLO!"


def test_rerun_says_what_differs_from_then(ran: Project) -> None:
    """A stage above whose settings are others now is taken as it was, and the difference is said."""
    first = ran.json("show")["run"]
    document = ran.json("rerun", "shout", "--set", "say.word=goodbye")
    assert (
        document["stages"][0]["reason"] == f"taken from run {first}; since then: config changed: word hello -> goodbye"
    )


def test_rerun_links_what_it_used(ran: Project) -> None:
    """The new run links the upstreams it took and its own outputs."""
    ran.digits("rerun", "shout")
    assert (ran.artifacts / "latest" / "say.text" / "text.txt").read_text() == "hello"
    assert (ran.artifacts / "latest" / "shout.shouted" / "text.txt").read_text() == "HELLO!"


def test_the_newest_execution_is_the_one_that_is_found(ran: Project) -> None:
    """After a forced rerun it is that run's execution which others find unchanged."""
    run = ran.json("rerun", "shout")["run"]
    assert ran.reasons()["shout"] == f"unchanged (from run {run})"


def test_a_rerun_keeps_the_execution_of_before(ran: Project) -> None:
    """Each run's record names the run that carried a stage out, and that execution stays on record."""
    first = ran.json("show")["run"]
    again = ran.json("rerun", "shout")["run"]
    later = ran.json("run")["run"]
    assert [ran.json("show", run)["stages"][1]["run"] for run in (first, again, later)] == [first, again, again]
    for run, carried_out in ((first, first), (again, again), (later, again)):
        executions = json.loads(ran.digits("lineage", run, "--format", "json").stdout)["executions"]
        assert {each["type"]: each["context"] for each in executions}["shout"] == carried_out


def test_executions_named_by_their_fingerprint_alone_are_found(ran: Project) -> None:
    """What an earlier version of the command recorded, one file a fingerprint, is used again."""
    for file in ran.artifacts.glob("store/*/executions/*.json"):
        file.rename(file.with_name(f"{file.name[:64]}.json"))
    record = ran.artifacts / "latest" / "run.json"
    document = json.loads(record.read_text())
    record.write_text(json.dumps(document | {"stages": [each | {"run": None} for each in document["stages"]]}))
    assert set(ran.outcomes().values()) == {"unchanged"}
    assert "OUTPUT of Execution say" in ran.digits("lineage").stdout


def test_rerun_finds_an_upstream_that_the_latest_run_does_not_have(ran: Project) -> None:
    """A stage that the latest run did not reach is taken from the newest that did, which is named."""
    first = ran.json("show")["run"]
    ran.digits("run", "--set", "say.fail=no words", status=1)
    document = ran.json("rerun", "shout")
    assert document["stages"][0]["reason"].startswith(f"taken from run {first}")


def test_rerun_without_upstream_names_the_command_that_makes_it(project: Project) -> None:
    """Where a stage above never ran, the exit code is 4 and the command is given."""
    failed = project.digits("rerun", "shout", status=4)
    assert "say cannot be taken from a run: it never ran" in failed.stderr
    assert "digits run --to say" in failed.stderr


def test_a_refusal_names_the_run_that_was_asked_for(ran: Project) -> None:
    """Where a named run's stage cannot be taken, that run is named, even if its stage is an earlier run's."""
    run = ran.json("run")["run"]
    failed = ran.digits("rerun", "pack", "--run", run, "--set", "bless.least=4", status=2)
    assert f"bless cannot be taken from run {run}: it judged under other conditions" in failed.stderr


def test_what_cannot_begin_leaves_no_run(ran: Project) -> None:
    """A refusal while the stages above are taken is no run: `latest` stays, and show is about the run before."""
    before, latest = ran.json("runs"), (ran.artifacts / "latest").readlink()
    ran.digits("run", "--from", "pack", "--set", "bless.least=4", status=2)
    shutil.rmtree(ran.artifacts / "store" / "say" / "text")
    ran.digits("rerun", "shout", status=4)
    assert ran.json("runs") == before
    assert (ran.artifacts / "latest").readlink() == latest


def test_rerun_refuses_a_damaged_upstream(ran: Project) -> None:
    """An output that was deleted is not taken, and the command that makes it is given."""
    shutil.rmtree(ran.artifacts / "store" / "say" / "text")
    failed = ran.digits("rerun", "shout", status=4)
    assert "output missing" in failed.stderr
    assert "digits run --to say" in failed.stderr


def test_rerun_of_an_unknown_stage_is_a_usage_error(ran: Project) -> None:
    """The nearest name is offered."""
    assert 'did you mean "shout"?' in ran.digits("rerun", "shuot", status=2).stderr


def test_to_ends_after_a_stage(project: Project) -> None:
    """The stages below are stale, the run is partial and nothing is promoted."""
    document = project.json("run", "--to", "shout")
    assert [stage["outcome"] for stage in document["stages"]] == ["ran", "ran", "stale", "stale"]
    assert document["outcome"] == "partial"
    assert not (project.artifacts / "champion").exists()


def test_from_takes_the_stages_above(ran: Project) -> None:
    """The stages above are not looked at again; the rest is carried out as in a whole run."""
    document = ran.json("run", "--from", "shout", "--set", "say.word=goodbye", "--set", "shout.end=x")
    assert [stage["outcome"] for stage in document["stages"]] == ["unchanged", "ran", "ran", "ran"]
    assert (ran.artifacts / document["stages"][1]["outputs"]["shouted"] / "text.txt").read_text() == "HELLOx"
    assert document["outcome"] == "promoted"


def test_from_below_to_is_a_usage_error(ran: Project) -> None:
    """A part of the pipeline that has no stages cannot run."""
    assert "--from pack --to say" in ran.digits("run", "--from", "pack", "--to", "say", status=2).stderr


def test_what_does_not_belong_together_is_not_promoted(ran: Project) -> None:
    """A stage made from other inputs than those taken with it cannot be taken on the way to a promotion."""
    ran.digits("run", "--to", "say", "--set", "say.word=goodbye")
    failed = ran.digits("run", "--from", "pack", status=2)
    assert "it was made from other inputs" in failed.stderr


def test_an_upstream_with_other_outputs_is_refused(ran: Project) -> None:
    """A stage whose outputs have other names now cannot be taken."""
    ran.edit("toys/say.py", "text: Output[Text]", "words: Output[Text]")
    ran.edit("toys/say.py", "text.path", "words.path")
    ran.edit("toys/say.py", "text.scratch", "words.scratch")
    ran.edit("pipeline.yaml", "say.text", "say.words")
    assert "expected: words" in ran.digits("rerun", "shout", status=4).stderr
