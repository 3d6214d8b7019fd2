"""The reasons why a stage runs or does not."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.project import Project


def test_config_changed_is_the_reason(ran: Project) -> None:
    """A changed setting is named with its old and new value."""
    reasons = ran.reasons("--set", "say.word=goodbye", "--set", "say.times=2")
    assert reasons["say"] == "config changed: times 1 -> 2, word hello -> goodbye"
    assert reasons["shout"] == "input changed: text"


def test_code_changed_in_the_component(ran: Project) -> None:
    """A changed line of the component reruns its stage, with the file as the reason."""
    ran.edit("toys/shout.py", "louder(text.read())", "louder(text.read().strip())")
    assert ran.reasons()["shout"] == "code changed: toys/shout.py"


def test_code_changed_in_a_module_it_uses(ran: Project) -> None:
    """A changed module reruns the stages that import it, and no others."""
    ran.edit("toys/louder.py", "text.upper()", "text.upper().strip()")
    reasons = ran.reasons()
    assert reasons["shout"] == "code changed: toys/louder.py"
    assert reasons["say"].startswith("unchanged")


def test_equal_content_leaves_the_stages_below_unchanged(ran: Project) -> None:
    """A stage that runs again with equal content leaves the stages below unchanged."""
    ran.edit("toys/shout.py", "louder(text.read())", "louder(text.read().strip())")
    assert ran.outcomes() == {"say": "unchanged", "shout": "ran", "bless": "unchanged", "pack": "unchanged"}


def test_a_comment_reruns_nothing(ran: Project) -> None:
    """Comments, docstrings and formatting do not count as code."""
    ran.edit("toys/shout.py", '    """Shout a text."""\n', '    """Shout."""\n    # a comment\n\n')
    assert set(ran.outcomes().values()) == {"unchanged"}


def test_a_missing_output_is_made_again(ran: Project) -> None:
    """A stage whose output was deleted runs again."""
    shutil.rmtree(ran.artifacts / "store" / "shout" / "shouted")
    reasons = ran.reasons()
    assert reasons["shout"] == "output missing"
    assert reasons["bless"].startswith("unchanged")


def test_a_corrupt_output_is_made_again(ran: Project) -> None:
    """A stage whose output was modified runs again and names the file."""
    [file] = (ran.artifacts / "store" / "shout" / "shouted").glob("*/text.txt")
    file.chmod(0o644)
    file.write_text("HELLo!")
    version = file.parent.relative_to(ran.artifacts)
    assert ran.reasons()["shout"] == f"output corrupt: {version}/text.txt"


def test_a_replaced_file_of_equal_size_is_seen(ran: Project) -> None:
    """A file replaced by another of the same size is detected by its modification time."""
    [file] = (ran.artifacts / "store" / "say" / "text").glob("*/text.txt")
    aside = file.with_name("aside")
    aside.write_text("jello")
    aside.replace(file)
    assert ran.reasons()["say"].startswith("output corrupt")


def test_force_runs_a_stage_again(ran: Project) -> None:
    """A forced stage runs; with equal content, the stages below are unchanged."""
    reasons = ran.reasons("--force", "shout")
    assert reasons["shout"] == "forced"
    assert reasons["bless"].startswith("unchanged")


def test_forcing_an_unknown_stage_is_a_usage_error(ran: Project) -> None:
    """An unknown stage is a usage error that suggests the nearest name."""
    assert 'did you mean "shout"?' in ran.digits("run", "--force", "shot", status=2).stderr


def test_a_stage_deleted_from_the_store_has_a_missing_output(ran: Project) -> None:
    """A stage whose whole folder was deleted is not called a first run."""
    shutil.rmtree(ran.artifacts / "store" / "say")
    assert ran.reasons()["say"] == "output missing"


def test_code_changed_in_a_package_beside_the_stage(ran: Project) -> None:
    """A changed line in another package of the project reruns the stage that imports it."""
    (ran.path / "mine").mkdir()
    (ran.path / "mine" / "end.py").write_text("END = ''\n")
    ran.edit("toys/shout.py", "from toys.louder", "from mine.end import END\nfrom toys.louder")
    ran.edit("toys/shout.py", "config.end)", "config.end + END)")
    ran.digits("run")
    ran.edit("mine/end.py", "''", "'!'")
    assert ran.reasons()["shout"] == "code changed: mine/end.py"


def test_library_changed(project: Project, tmp_path: Path) -> None:
    """A new version of an imported library reruns the stage, with both versions as the reason."""
    library = tmp_path / "site"
    metadata = library / "loud_voice-1.0.dist-info"
    metadata.mkdir(parents=True)
    (library / "loud_voice.py").write_text("END = ''\n")
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: loud-voice\nVersion: 1.0\n")
    project.environment["PYTHONPATH"] = str(library)
    project.edit("toys/shout.py", "from toys.louder", "import loud_voice\nfrom toys.louder")
    project.edit("toys/shout.py", "config.end)", "config.end + loud_voice.END)")
    project.digits("run")
    metadata.rename(library / "loud_voice-2.0.dist-info")
    (library / "loud_voice-2.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: loud-voice\nVersion: 2.0\n"
    )
    assert project.reasons()["shout"] == "library changed: loud-voice 1.0 -> 2.0"


def test_several_reasons_are_all_named(ran: Project) -> None:
    """If code and config changed, both are named."""
    ran.edit("toys/louder.py", "text.upper()", "text.upper().strip()")
    assert ran.reasons("--set", "shout.end=x")["shout"] == "code changed: toys/louder.py; config changed: end ! -> x"
