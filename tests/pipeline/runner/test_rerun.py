"""Runs of one stage or of a part of the pipeline."""

from __future__ import annotations

import json
import shutil

from tests.project import Project


def test_rerun_reuses_the_stages_above_and_runs_one(ran: Project) -> None:
    """A rerun forces its stage and takes the stages above from the latest run."""
    first = ran.json("show")["run"]
    document = ran.json("rerun", "shout")
    stages = {stage["stage"]: (stage["outcome"], stage["reason"]) for stage in document["stages"]}
    assert stages["say"] == ("unchanged", f"taken from run {first}")
    assert stages["shout"] == ("ran", "forced")


def test_rerun_with_equal_content_leaves_nothing_stale(ran: Project) -> None:
    """A rerun with equal content leaves the stages below unchanged, and the run is partial."""
    document = ran.json("rerun", "shout")
    assert [stage["outcome"] for stage in document["stages"]] == ["unchanged", "ran", "unchanged", "unchanged"]
    assert document["outcome"] == "partial"


def test_rerun_lists_the_stages_below_as_stale(ran: Project) -> None:
    """A rerun with new content makes all stages below stale."""
    document = ran.json("rerun", "shout", "--set", "shout.end=x")
    assert [(stage["stage"], stage["outcome"], stage["reason"]) for stage in document["stages"][1:]] == [
        ("shout", "ran", "forced; config changed: end ! -> x"),
        ("bless", "stale", "input changed: text"),
        ("pack", "stale", "may run: bless will run"),
    ]


def test_rerun_does_not_promote(ran: Project) -> None:
    """A rerun of a single stage leaves the champion."""
    before = (ran.artifacts / "champion").readlink()
    ran.digits("rerun", "shout", "--set", "shout.end=x")
    assert (ran.artifacts / "champion").readlink() == before


def test_rerun_downstream_promotes(ran: Project) -> None:
    """With --downstream the stages below run as needed, and the new bundle becomes the champion."""
    before = (ran.artifacts / "champion").readlink()
    document = ran.json("rerun", "shout", "--set", "shout.end=x", "--downstream")
    assert document["outcome"] == "promoted"
    assert (ran.artifacts / "champion").readlink() != before


def test_rerun_downstream_stops_at_the_gate(ran: Project) -> None:
    """With --downstream, a refusal exits with 3."""
    ran.digits("rerun", "shout", "--set", "bless.least=100", "--downstream", status=3)


def test_rerun_takes_from_the_named_run(ran: Project) -> None:
    """With --run, the stages above come from that run."""
    first = ran.json("show")["run"]
    ran.digits("run", "--set", "say.word=goodbye")
    document = ran.json("rerun", "shout", "--run", first)
    text = ran.artifacts / document["stages"][1]["outputs"]["shouted"] / "text.txt"
    assert text.read_text() == "HELLO!"


def test_rerun_reports_changes_since_the_reused_run(ran: Project) -> None:
    """A reused stage whose config has changed since is used unchanged, and the change is reported."""
    first = ran.json("show")["run"]
    document = ran.json("rerun", "shout", "--set", "say.word=goodbye")
    assert (
        document["stages"][0]["reason"] == f"taken from run {first}; since then: config changed: word hello -> goodbye"
    )


def test_rerun_links_what_it_used(ran: Project) -> None:
    """The new run links the reused outputs and its new ones."""
    ran.digits("rerun", "shout")
    assert (ran.artifacts / "latest" / "say.text" / "text.txt").read_text() == "hello"
    assert (ran.artifacts / "latest" / "shout.shouted" / "text.txt").read_text() == "HELLO!"


def test_the_newest_execution_is_reused(ran: Project) -> None:
    """After a forced rerun, the next run reuses the newest execution."""
    run = ran.json("rerun", "shout")["run"]
    assert ran.reasons()["shout"] == f"unchanged (from run {run})"


def test_a_rerun_keeps_the_earlier_execution(ran: Project) -> None:
    """Each run's record names the run that executed a stage, and earlier executions stay on record."""
    first = ran.json("show")["run"]
    again = ran.json("rerun", "shout")["run"]
    later = ran.json("run")["run"]
    assert [ran.json("show", run)["stages"][1]["run"] for run in (first, again, later)] == [first, again, again]
    for run, executor in ((first, first), (again, again), (later, again)):
        executions = json.loads(ran.digits("lineage", run, "--format", "json").stdout)["executions"]
        assert {each["type"]: each["context"] for each in executions}["shout"] == executor


def test_executions_named_only_by_fingerprint_are_found(ran: Project) -> None:
    """Executions in the earlier format, one file for each fingerprint, are reused."""
    for file in ran.artifacts.glob("store/*/executions/*.json"):
        file.rename(file.with_name(f"{file.name[:64]}.json"))
    record = ran.artifacts / "latest" / "run.json"
    document = json.loads(record.read_text())
    record.write_text(json.dumps(document | {"stages": [each | {"run": None} for each in document["stages"]]}))
    assert set(ran.outcomes().values()) == {"unchanged"}
    assert "OUTPUT of Execution say" in ran.digits("lineage").stdout


def test_rerun_finds_an_upstream_that_the_latest_run_lacks(ran: Project) -> None:
    """A stage that the latest run lacks is taken from the newest run that has it."""
    first = ran.json("show")["run"]
    ran.digits("run", "--set", "say.fail=no words", status=1)
    document = ran.json("rerun", "shout")
    assert document["stages"][0]["reason"].startswith(f"taken from run {first}")


def test_rerun_without_upstream_names_the_command_that_makes_it(project: Project) -> None:
    """If a stage above never ran, the rerun exits with 4 and names the command to run."""
    failed = project.digits("rerun", "shout", status=4)
    assert "say cannot be taken from a run: it never ran" in failed.stderr
    assert "digits run --to say" in failed.stderr


def test_a_refusal_names_the_requested_run(ran: Project) -> None:
    """If a stage of a named run cannot be reused, the error names that run, not the run that executed the stage."""
    run = ran.json("run")["run"]
    failed = ran.digits("rerun", "pack", "--run", run, "--set", "bless.least=4", status=2)
    assert f"bless cannot be taken from run {run}: it judged under other conditions" in failed.stderr


def test_a_run_that_cannot_begin_leaves_no_record(ran: Project) -> None:
    """A run that fails to collect the stages above leaves no record, and `latest` stays."""
    before, latest = len(ran.json("runs")), (ran.artifacts / "latest").readlink()
    ran.digits("run", "--from", "pack", "--set", "bless.least=4", status=2)
    shutil.rmtree(ran.artifacts / "store" / "say" / "text")
    ran.digits("rerun", "shout", status=4)
    assert len(ran.json("runs")) == before
    assert (ran.artifacts / "latest").readlink() == latest


def test_rerun_refuses_a_damaged_upstream(ran: Project) -> None:
    """A deleted output is not reused, and the error names the command that makes it again."""
    shutil.rmtree(ran.artifacts / "store" / "say" / "text")
    failed = ran.digits("rerun", "shout", status=4)
    assert "output missing" in failed.stderr
    assert "digits run --to say" in failed.stderr


def test_rerun_of_an_unknown_stage_is_a_usage_error(ran: Project) -> None:
    """An unknown stage is a usage error that suggests the nearest name."""
    assert 'did you mean "shout"?' in ran.digits("rerun", "shuot", status=2).stderr


def test_to_ends_after_a_stage(project: Project) -> None:
    """With --to, the stages below are stale, the run is partial, and nothing is promoted."""
    document = project.json("run", "--to", "shout")
    assert [stage["outcome"] for stage in document["stages"]] == ["ran", "ran", "stale", "stale"]
    assert document["outcome"] == "partial"
    assert not (project.artifacts / "champion").exists()


def test_from_reuses_the_stages_above(ran: Project) -> None:
    """With --from, the stages above are reused unchecked, and the others run and promote."""
    document = ran.json("run", "--from", "shout", "--set", "say.word=goodbye", "--set", "shout.end=x")
    assert [stage["outcome"] for stage in document["stages"]] == ["unchanged", "ran", "ran", "ran"]
    assert (ran.artifacts / document["stages"][1]["outputs"]["shouted"] / "text.txt").read_text() == "HELLOx"
    assert document["outcome"] == "promoted"


def test_from_below_to_is_a_usage_error(ran: Project) -> None:
    """--from a stage below --to is a usage error."""
    assert "--from pack --to say" in ran.digits("run", "--from", "pack", "--to", "say", status=2).stderr


def test_stages_with_other_inputs_are_not_promoted(ran: Project) -> None:
    """A stage made from other inputs than those of the latest run cannot be reused for a promotion."""
    ran.digits("run", "--to", "say", "--set", "say.word=goodbye")
    failed = ran.digits("run", "--from", "pack", status=2)
    assert "it was made from other inputs" in failed.stderr


def test_an_upstream_with_other_outputs_is_refused(ran: Project) -> None:
    """A stage whose outputs have been renamed cannot be reused."""
    ran.edit("toys/say.py", "text: Output[Text]", "words: Output[Text]")
    ran.edit("toys/say.py", "text.path", "words.path")
    ran.edit("toys/say.py", "text.scratch", "words.scratch")
    ran.edit("pipeline.yaml", "say.text", "say.words")
    assert "expected: words" in ran.digits("rerun", "shout", status=4).stderr


def test_the_exit_code_of_a_rerun_is_of_what_it_carried_out(ran: Project) -> None:
    """A rerun of a stage above or below a gate that refused earlier succeeds; a rerun of the gate is refused again."""
    ran.edit("pipeline.yaml", "uses: toys.bless\n", "uses: toys.bless\n    config: {least: 100}\n")
    with (ran.path / "pipeline.yaml").open("a") as file:
        file.write("  echo:\n    uses: toys.shout\n    inputs: {text: say.text}\n")
    ran.digits("run", status=3)
    ran.digits("rerun", "say")
    ran.digits("rerun", "echo")
    ran.digits("rerun", "bless", status=3)
    ran.digits("run", "--to", "bless", status=3)
    ran.digits("run", "--to", "shout")
