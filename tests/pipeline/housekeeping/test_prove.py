"""`digits prove`: a run carried out again in a scratch store."""

from __future__ import annotations

import shutil

import pytest

from tests.project import Project


def test_a_run_is_proven(ran: Project) -> None:
    """All artifacts of a run come out identical, nothing in the project changes, and no scratch store is left."""
    before = sorted(path for path in ran.artifacts.rglob("*") if not path.name.startswith("."))
    proofs = ran.json("prove")
    assert [each["stage"] for each in proofs] == ["say", "shout", "bless", "pack"]
    assert all(each["recorded"] == each["again"] for each in proofs)
    assert sorted(path for path in ran.artifacts.rglob("*") if not path.name.startswith(".")) == before


def test_a_run_is_proven_with_its_own_settings(ran: Project) -> None:
    """A run is carried out with its --set and its pipeline.yaml, not with those of now."""
    ran.digits("run", "--set", "say.word=other")
    ran.edit("pipeline.yaml", "word: hello", "word: third")
    assert "is proven: 4 artifacts" in ran.digits("prove").stdout


def test_changed_code_is_named_as_the_cause(ran: Project) -> None:
    """What differs is named with its file and the likely cause; the exit code is 1."""
    ran.edit("toys/louder.py", "text.upper()", "text.title()")
    shown = ran.digits("prove", "latest", status=1).stdout
    assert "differs  shout.shouted: text.txt" in shown
    assert "cause    code changed: toys/louder.py" in shown


def test_one_stage_is_proven_alone(ran: Project) -> None:
    """--stage proves one stage, from its recorded inputs, whatever has become of the others."""
    ran.edit("toys/louder.py", "text.upper()", "text.title()")
    assert [each["output"] for each in ran.json("prove", "--stage", "bless")] == ["blessing"]
    assert 'did you mean "bless"?' in ran.digits("prove", "--stage", "bles", status=2).stderr


def test_a_stage_that_is_not_deterministic_differs(ran: Project) -> None:
    """If nothing that is recorded has changed, that is said."""
    ran.edit("toys/say.py", "[config.word] * config.times", "[str(time.time_ns())]")
    ran.digits("run", "--to", "say")
    assert "nothing that is recorded has changed" in ran.digits("prove", "--stage", "say", status=1).stdout


def test_a_lost_input_is_named(ran: Project) -> None:
    """A stage whose recorded input is gone cannot be proven, and the advice says what is gone."""
    shutil.rmtree(ran.artifacts / "store" / "say" / "text")
    assert "output missing" in ran.digits("prove", "--stage", "shout", status=4).stderr
    assert "missing  store/say/text/" in ran.digits("verify", status=4).stdout


@pytest.mark.parametrize("content", ["", "{", None], ids=["empty", "cut short", "gone"])
def test_a_run_whose_record_of_a_stage_is_lost_is_not_proven(ran: Project, content: str | None) -> None:
    """It is an error that names the stage, and a proof of the others does not pass for one of the run."""
    [record] = ran.artifacts.glob("store/shout/executions/*.json")
    record.unlink()
    if content is not None:
        record.write_text(content)
    for words in (("prove",), ("prove", "--stage", "shout")):
        assert "no readable record of shout" in ran.digits(*words, status=4).stderr
    assert [each["output"] for each in ran.json("prove", "--stage", "say")] == ["text"]


def test_a_library_that_logs_does_not_repeat_what_is_said(project: Project) -> None:
    """What a stage makes of the logging module changes nothing on standard error."""
    project.edit(
        "toys/say.py", "    Text.write(", "    __import__('logging').basicConfig(level='INFO')\n    Text.write("
    )
    project.digits("run", "--to", "say")
    assert "INFO:" not in project.digits("prove", "--stage", "say").stderr
