"""pipeline.yaml and --set: what is refused, where it says it is, and what it offers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.project import find_project
from pipeline.specification import load_pipeline
from schemas.document import read_document
from schemas.errors import UsageError
from tests.project import TOYS, Project, toy_project

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nstages: {}\n"

WRONG = {
    "an unknown key of a stage": ("config: {word: hello}", "confg: {word: hello}", 4, "confg", "config"),
    "an unknown key of a config": ("{word: hello}", "{wrod: hello}", 4, "wrod", "word"),
    "an unknown key at the top": ("stages:", "thraeds: 2\nstages:", 1, "thraeds", "threads"),
    "a wrong type": ("{word: hello}", "{times: many}", 4, "'many'", "a valid integer"),
    "a truth where text belongs": ("{word: hello}", "{word: yes}", 4, "True", "a valid string"),
    "not a number": ("{word: hello}", "{seconds: .nan}", 4, "nan", "a finite number"),
    "an unknown component of the house": ("uses: toys.say", "uses: trian", 3, "no module components.trian", "train"),
    "an unknown module": ("uses: toys.say", "uses: toys.sai", 3, "no module toys.sai", "there is no component"),
    "a module without its function": ("uses: toys.say", "uses: toys.text", 3, "is not a component", "a function text"),
    "an unknown input": ("{text: say.text}", "{txt: say.text}", 7, "txt", "text"),
    "an input not given": ("inputs: {text: say.text}", "config: {}", 5, "is not given its input text", "Text"),
    "a stage that is not above": ("{text: say.text}", "{text: pack.bundle}", 7, "no stage pack above", "say"),
    "an unknown output": ("{text: say.text}", "{text: say.txt}", 7, "txt", "text"),
    "a type that does not fit": ("text: shout.shouted}\n  pack", "text: bless.blessing}\n  pack", 10, "bless", "none"),
    "a requirement that is no blessing": ("bless.blessing", "say.text", 14, "Text", "Blessing"),
    "a key given twice": ("  shout:", "  say:", 5, "say is given twice", "say"),
    "a merge key": ("{word: hello}", "{<<: {word: x}}", 4, "merge keys", "write the values out"),
    "an alias": ("{word: hello}", "{word: &a x, fail: *a}", 4, "aliases", "write the value out"),
    "a date": ("{word: hello}", "{word: 2026-11-22}", 4, "timestamp", "quote it"),
    "text that is not YAML": ("{word: hello}", "{word: [}", 4, "not YAML", "YAML"),
    "a name that cannot be": ("  shout:", "  Shout-1:", 5, "Shout-1", "lower-case"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_its_line(case: str, tmp_path: Path) -> None:
    """Each mistake is one UsageError with the file, the line, what was found and what was expected."""
    old, new, line, found, expected = WRONG[case]
    assert old in TOYS
    project = toy_project(tmp_path, TOYS.replace(old, new, 1))
    with pytest.raises(UsageError) as caught:
        load_pipeline(project.path)
    text = str(caught.value)
    assert text.startswith(f"pipeline.yaml:{line}: ")
    assert found in text
    assert expected == "none" or expected in text


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 0.001), ("0.5", 0.5), ("2", 2), ("'2'", "2"), ("[1, 2]", [1, 2]), ("{a: 1}", {"a": 1}), ("", None)],
)
def test_values_have_the_type_people_mean(text: str, value: object, tmp_path: Path) -> None:
    """`1e-3` is a number too, as in YAML 1.2."""
    (tmp_path / "x.yaml").write_text(f"key: {text}\n")
    assert read_document(tmp_path / "x.yaml").value == {"key": value}


def test_an_alias_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    """Aliases are refused while reading, before anything is built from them."""
    (tmp_path / "x.yaml").write_text(BOMB)
    with pytest.raises(UsageError, match="aliases are not allowed"):
        read_document(tmp_path / "x.yaml")


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    """A hundred thousand brackets are refused, and do not end Python."""
    (tmp_path / "x.yaml").write_text("[" * 100_000)
    with pytest.raises(UsageError, match="nested too deeply"):
        read_document(tmp_path / "x.yaml")


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    """More than a megabyte is no pipeline."""
    (tmp_path / "x.yaml").write_text("a: " + "x" * 1_000_001)
    with pytest.raises(UsageError, match="too large"):
        read_document(tmp_path / "x.yaml")


def test_set_is_typed_as_the_file_is(tmp_path: Path) -> None:
    """The text after = is read as YAML."""
    pipeline = load_pipeline(toy_project(tmp_path).path, ("say.times=3", "say.seconds=1e-3", "threads=1"))
    assert pipeline.stages[0].config.model_dump()["times"] == 3
    assert pipeline.stages[0].config.model_dump()["seconds"] == 0.001
    assert pipeline.threads == 1


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("say.tmies=3", 'did you mean "times"?'),
        ("sya.times=3", 'did you mean "say"?'),
        ("say.times", "does not set anything"),
        ("say=3", "expected: stage.key=value"),
        ("say.times=many", "found:    'many'"),
        ("say.times.more=1", "--set say.times.more=1"),
        ("say.word={", "not YAML"),
    ],
)
def test_a_wrong_set_is_named(override: str, words: str, tmp_path: Path) -> None:
    """A --set that cannot be is quoted, with what was expected."""
    with pytest.raises(UsageError) as caught:
        load_pipeline(toy_project(tmp_path).path, (override,))
    assert str(caught.value).startswith(f"--set {override}")
    assert words in str(caught.value)


def test_the_project_is_the_nearest_folder_upward(tmp_path: Path) -> None:
    """A command works from any folder below pipeline.yaml."""
    project = toy_project(tmp_path / "toy")
    below = project.path / "a" / "b"
    below.mkdir(parents=True)
    assert find_project(below) == project.path


def test_no_project_is_a_usage_error(tmp_path: Path) -> None:
    """Outside a project, the command says how to name one, and exits with 2."""
    failed = Project(tmp_path, {}).digits("check", status=2)
    assert "there is no pipeline.yaml" in failed.stderr
    assert "-C DIR" in failed.stderr


def test_check_accepts_what_is_right(tmp_path: Path) -> None:
    """`digits check` names the stages and runs none of them."""
    project = toy_project(tmp_path / "toy")
    assert "4 stages (say, shout, bless, pack)" in project.digits("check").stdout
    assert not project.artifacts.exists()


def test_a_set_leaves_the_environment_its_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting one value by --set does not keep a variable from setting another of the same stage."""
    (tmp_path / "pipeline.yaml").write_text("stages:\n  ingest:\n")
    monkeypatch.setenv("DIGITS_OFFLINE", "1")
    pipeline = load_pipeline(tmp_path, ("ingest.seed=1",))
    assert pipeline.stages[0].config.model_dump()["offline"] is True


def test_a_config_may_have_any_name(tmp_path: Path) -> None:
    """The parameter for the settings is known by its type."""
    project = toy_project(tmp_path / "toy")
    project.edit("toys/shout.py", "config: ShoutConfig", "settings: ShoutConfig")
    project.edit("toys/shout.py", "config.end", "settings.end")
    assert project.outcomes()["shout"] == "ran"


def test_a_path_in_the_file_lies_in_the_project(tmp_path: Path) -> None:
    """A relative path in pipeline.yaml is found from the project's folder, wherever the command is given."""
    (tmp_path / "pipeline.yaml").write_text("stages:\n  ingest:\n    config: {manual_dir: mnist}\n")
    assert load_pipeline(tmp_path).stages[0].config.model_dump()["manual_dir"] == tmp_path / "mnist"
