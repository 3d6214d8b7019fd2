"""pipeline.yaml and --set: accepted values, refusals, their lines and their suggestions."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.evaluate import EvaluateConfig
from pipeline.cli.arguments.project import find_project
from pipeline.load import load_pipeline
from schemas.errors import UsageError
from schemas.settings.document import read_document
from schemas.settings.resolve import validate
from tests.project import TOYS, Project, toy_project
from tests.waiting import wait_until_cacheable

JUDGED = """\
stages:
  say:
    uses: toys.say
  judge:
    uses: toys.judge
    inputs: {text: say.text, champion: champ}
"""
GATE = """\
stages:
  evaluate:
    config:
      gate:
        accuracy: {at_least: 0.9}
        robustness:
          shadwo: {at_least: 0.5}
"""
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nstages: {}\n"

WRONG = {
    "an unknown key of a stage": ("config: {word: hello}", "confg: {word: hello}", 4, "confg", "config"),
    "an unknown key of a config": ("{word: hello}", "{wrod: hello}", 4, "wrod", "word"),
    "an unknown key at the top": ("stages:", "thraeds: 2\nstages:", 1, "thraeds", "threads"),
    "a wrong type": ("{word: hello}", "{times: many}", 4, "'many'", "a valid integer"),
    "a boolean where text belongs": ("{word: hello}", "{word: yes}", 4, "true", "a valid string"),
    "nothing where a number belongs": ("{word: hello}", "{times: }", 4, "nothing", "a valid integer"),
    "not a number": ("{word: hello}", "{seconds: .nan}", 4, "nan", "a finite number"),
    "an unknown component": ("uses: toys.say", "uses: trian", 3, "no module components.trian", "train"),
    "an unknown module": ("uses: toys.say", "uses: toys.sai", 3, "no module toys.sai", "there is no component"),
    "a module without its function": ("uses: toys.say", "uses: toys.text", 3, "is not a component", "a function text"),
    "an unknown input": ("{text: say.text}", "{txt: say.text}", 7, "txt", "text"),
    "an input not given": ("inputs: {text: say.text}", "config: {}", 5, "lacks its input text", "Text"),
    "a stage that is not above": (
        "{text: say.text}",
        "{text: pack.bundle}",
        7,
        "pack is not above shout",
        "say",
    ),
    "an unknown stage": ("{text: say.text}", "{text: sya.text}", 7, "no stage sya above", 'mean "say"'),
    "a stage above the first": ("config: {word: hello}", "requires: x.y", 4, "stage x above say", "there is none"),
    "an unknown output": ("{text: say.text}", "{text: say.txt}", 7, "txt", "text"),
    "a type that does not fit": ("text: shout.shouted}\n  pack", "text: bless.blessing}\n  pack", 10, "bless", "none"),
    "a requirement that is not a blessing": ("bless.blessing", "say.text", 14, "Text", "Blessing"),
    "a key given twice": ("  shout:", "  say:", 5, "say is given twice", "say"),
    "a merge key": ("{word: hello}", "{<<: {word: x}}", 4, "merge keys", "write the values out"),
    "an alias": ("{word: hello}", "{word: &a x, fail: *a}", 4, "aliases", "write the value out"),
    "a date": ("{word: hello}", "{word: 2026-11-22}", 4, "timestamp", "quote it"),
    "text that is not YAML": ("{word: hello}", "{word: [}", 4, "not YAML", "YAML"),
    "an invalid stage name": ("  shout:", "  Shout-1:", 5, "Shout-1", "lower-case"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_named_with_its_line(case: str, tmp_path: Path) -> None:
    """Each mistake is a UsageError with the file, the line, what was found and what was expected."""
    old, new, line, found, expected = WRONG[case]
    assert old in TOYS
    project = toy_project(tmp_path, TOYS.replace(old, new, 1))
    with pytest.raises(UsageError) as caught:
        load_pipeline(project.path)
    text = str(caught.value)
    assert text.startswith(f"pipeline.yaml:{line}: ")
    assert found in text
    assert expected == "none" or expected in text


def test_a_misspelt_champion_is_suggested(tmp_path: Path) -> None:
    """A misspelt `champion` is a usage error that suggests it."""
    with pytest.raises(UsageError) as caught:
        load_pipeline(toy_project(tmp_path, JUDGED).path)
    assert (caught.value.expected, caught.value.do) == ("say, champion", 'did you mean "champion"?')


def test_a_misspelt_kind_of_picture_has_its_own_line(tmp_path: Path) -> None:
    """A key refused by a validator is named with its line and the nearest valid name."""
    (tmp_path / "gate.yaml").write_text(GATE)
    document = read_document(tmp_path / "gate.yaml")
    at = ("stages", "evaluate", "config")
    with pytest.raises(UsageError) as caught:
        validate(EvaluateConfig, document.value["stages"]["evaluate"]["config"], document, at)
    error = caught.value
    assert error.headline == 'gate.yaml:7: unknown key "gate.robustness.shadwo" in evaluate'
    assert (error.found, error.do) == ("", 'did you mean "shadow"?')
    assert error.expected.startswith("per_kind, ")


def test_a_rule_about_several_settings_is_the_headline(tmp_path: Path) -> None:
    """The message of a rule about several settings is the headline."""
    (tmp_path / "pipeline.yaml").write_text("stages:\n  ingest:\n    config: {source: folder}\n")
    failed = Project(tmp_path, {}).digits("check", status=2)
    assert failed.stderr.startswith("error: pipeline.yaml:3: ingest: source: folder needs folder: ")


def test_check_reports_missing_data(tmp_path: Path) -> None:
    """Missing data fail `check` with 4, and appear in the plan."""
    (tmp_path / "pipeline.yaml").write_text("stages:\n  ingest:\n    config: {source: folder, folder: mine}\n")
    project = Project(tmp_path, {})
    assert f"there is no {tmp_path}/mine" in project.digits("check", status=4).stderr
    [stage] = project.json("plan")["stages"]
    assert stage["reason"] == f"first run; but there is no {tmp_path}/mine"
    (tmp_path / "mine").mkdir()
    project.digits("check")


def test_check_warns_of_a_gate_without_rules(tmp_path: Path) -> None:
    """A gate without rules is accepted, with a warning if a stage requires its blessing."""
    project = toy_project(tmp_path / "toy")
    warning = "warning  pack will be refused: the gate of bless has no rules, so it blesses nothing\n"
    assert project.digits("check").stderr == ""
    project.edit("toys/bless.py", "least: int = 3", "gate: Gate = Gate()\n    least: int = 3")
    project.edit("toys/bless.py", "import RuleResult", "import RuleResult\nfrom schemas.settings.gate import Gate")
    assert project.digits("check").stderr == warning
    assert project.digits("check", "--set", "bless.gate={accuracy: {at_least: 0.5}}").stderr == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 0.001), ("0.5", 0.5), ("2", 2), ("'2'", "2"), ("[1, 2]", [1, 2]), ("{a: 1}", {"a": 1}), ("", None)],
)
def test_values_have_the_type_people_mean(text: str, value: object, tmp_path: Path) -> None:
    """Plain values have the types of YAML 1.2: `1e-3` is a number."""
    (tmp_path / "x.yaml").write_text(f"key: {text}\n")
    assert read_document(tmp_path / "x.yaml").value == {"key": value}


def test_an_alias_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    """Aliases are refused by the parser, before they expand."""
    (tmp_path / "x.yaml").write_text(BOMB)
    with pytest.raises(UsageError, match="aliases are not allowed"):
        read_document(tmp_path / "x.yaml")


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    """100,000 nested brackets are refused without a RecursionError."""
    (tmp_path / "x.yaml").write_text("[" * 100_000)
    with pytest.raises(UsageError, match="nested too deeply"):
        read_document(tmp_path / "x.yaml")


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    """A pipeline.yaml of more than 1 MB is refused."""
    (tmp_path / "x.yaml").write_text("a: " + "x" * 1_000_001)
    with pytest.raises(UsageError, match="too large"):
        read_document(tmp_path / "x.yaml")


def test_values_of_set_are_yaml(tmp_path: Path) -> None:
    """The value of --set is parsed as YAML."""
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
        ("seed=1", "or threads=N of the whole pipeline"),
        ("thread=1", 'did you mean "threads"?'),
        ("say.times=many", "found:    'many'"),
        ("say.times.more=1", "--set say.times.more=1"),
        ("say.word={", "not YAML"),
    ],
)
def test_an_invalid_set_is_quoted(override: str, words: str, tmp_path: Path) -> None:
    """An invalid --set is quoted, with what was expected."""
    with pytest.raises(UsageError) as caught:
        load_pipeline(toy_project(tmp_path).path, (override,))
    assert str(caught.value).startswith(f"--set {override}")
    assert words in str(caught.value)


def test_the_project_is_the_nearest_folder_upward(tmp_path: Path) -> None:
    """The project is the nearest parent folder with a pipeline.yaml."""
    project = toy_project(tmp_path / "toy")
    below = project.path / "a" / "b"
    below.mkdir(parents=True)
    assert find_project(below) == project.path


def test_no_project_is_a_usage_error(tmp_path: Path) -> None:
    """Outside a project, the command exits with 2 and says how to name one."""
    failed = Project(tmp_path, {}).digits("check", status=2)
    assert "there is no pipeline.yaml" in failed.stderr
    assert "-C DIR" in failed.stderr


def test_check_accepts_a_valid_pipeline(tmp_path: Path) -> None:
    """`digits check` lists the stages of a valid pipeline and runs none."""
    project = toy_project(tmp_path / "toy")
    assert "4 stages (say, shout, bless, pack)" in project.digits("check").stdout
    assert not project.artifacts.exists()


def test_set_keeps_environment_variables_of_other_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--set of one setting leaves the environment variables of the stage's other settings in effect."""
    (tmp_path / "pipeline.yaml").write_text("stages:\n  ingest:\n")
    monkeypatch.setenv("DIGITS_OFFLINE", "1")
    pipeline = load_pipeline(tmp_path, ("ingest.seed=1",))
    assert pipeline.stages[0].config.model_dump()["offline"] is True


def test_a_config_may_have_any_name(tmp_path: Path) -> None:
    """The config parameter is recognised by its type, not its name."""
    project = toy_project(tmp_path / "toy")
    project.edit("toys/shout.py", "config: ShoutConfig", "settings: ShoutConfig")
    project.edit("toys/shout.py", "config.end", "settings.end")
    assert project.outcomes()["shout"] == "ran"


@pytest.mark.parametrize(
    ("annotation", "words"),
    [("", "has no type annotation"), (": str", "has a type annotation that is not part of a contract")],
)
def test_a_parameter_outside_the_contract_is_named(annotation: str, words: str, tmp_path: Path) -> None:
    """A component's parameter that is not annotated as artifact, output or config is a usage error."""
    project = toy_project(tmp_path / "toy")
    project.edit("toys/shout.py", "(text: Text", f"(text{annotation}")
    assert f"parameter text {words}" in project.digits("check", status=2).stderr


def test_settings_of_pydantics_own_kind_are_refused(tmp_path: Path) -> None:
    """A BaseModel in place of a Config is refused with what to write instead."""
    project = toy_project(tmp_path / "toy")
    project.edit("toys/shout.py", "class ShoutConfig(Config)", "class ShoutConfig(BaseModel)")
    project.edit("toys/shout.py", "from schemas.settings", "from pydantic import BaseModel\nfrom schemas.settings")
    said = project.digits("check", status=2).stderr
    assert "the settings ShoutConfig are no Config" in said
    assert "from schemas.settings.config import Config, and derive from it" in " ".join(said.split())


def test_a_relative_path_starts_at_the_project(tmp_path: Path) -> None:
    """A relative path in pipeline.yaml is resolved against the project's folder."""
    (tmp_path / "pipeline.yaml").write_text("stages:\n  ingest:\n    config: {manual_dir: mnist}\n")
    assert load_pipeline(tmp_path).stages[0].config.model_dump()["manual_dir"] == tmp_path / "mnist"


def test_a_copied_project_reads_its_own_file(tmp_path: Path) -> None:
    """A mistake in the pipeline.yaml of a copied project is found, although its cache was copied, too."""
    project = toy_project(tmp_path / "toy")
    project.artifacts.mkdir()
    wait_until_cacheable(project.path / "pipeline.yaml")
    project.digits("check")
    copy = project.copy(tmp_path)
    copy.edit("pipeline.yaml", "word: hello", "wrod: hello")
    assert "wrod" in copy.digits("check", status=2).stderr
