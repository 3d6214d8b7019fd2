"""Damage in the store: detection, quarantine and repair."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.project import Project


def _file(project: Project, pattern: str) -> Path:
    [file] = (project.artifacts / "store").glob(pattern)
    file.chmod(0o644)
    return file


def test_an_intact_store_has_no_damage(ran: Project) -> None:
    """An intact store verifies without damage."""
    assert ran.json("verify") == {
        "artifacts": 4,
        "files": 10,
        "damaged": [],
        "misplaced": [],
        "missing": {},
        "history": [],
    }


@pytest.mark.parametrize(
    "pattern", ["say/text/*/text.txt", "shout/shouted/*/manifest.json", "pack/bundle/*/labels.json"]
)
def test_a_changed_byte_is_found(pattern: str, ran: Project) -> None:
    """Verify exits with 4 and names a modified file even if its size and times are unchanged."""
    file = _file(ran, pattern)
    stat = file.stat()
    data = bytearray(file.read_bytes())
    data[0] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert ran.json("verify", status=4)["damaged"] == [file.relative_to(ran.artifacts).as_posix()]


def test_one_artifact_is_no_plural(sealed: Project) -> None:
    """The counts read as English."""
    assert sealed.digits("verify").stdout.startswith("1 artifact with ")


def test_an_added_file_is_found(ran: Project) -> None:
    """A file that the manifest does not list is damage."""
    added = _file(ran, "say/text/*/text.txt").with_name("added")
    added.touch()
    assert ran.json("verify", status=4)["damaged"] == [added.relative_to(ran.artifacts).as_posix()]


def test_a_missing_artifact_is_found(ran: Project) -> None:
    """A lost artifact is missing, with everything that needs it."""
    folder = _file(ran, "pack/bundle/*/labels.json").parent
    folder.rename(ran.path / "elsewhere")
    run = ran.json("show")["run"]
    needed = ["the champion", f"run {run}", f"the record of pack in run {run}"]
    assert ran.json("verify", status=4)["missing"] == {folder.relative_to(ran.artifacts).as_posix(): needed}


def test_what_the_champion_was_made_from_is_missed(ran: Project) -> None:
    """An artifact that only the champion was made from is missed, even if neither a run nor an execution names it."""
    folder = _file(ran, "say/text/*/text.txt").parent
    shutil.rmtree(folder)
    shutil.rmtree(ran.artifacts / "runs")
    for execution in ran.artifacts.glob("store/say/executions/*.json"):
        execution.unlink()
    path = folder.relative_to(ran.artifacts).as_posix()
    assert ran.json("verify", status=4)["missing"] == {path: ["the champion"]}
    assert f"missing  {path}" in ran.digits("verify", "--set-aside", status=4).stdout


def test_what_is_gone_can_be_forgotten(ran: Project) -> None:
    """--set-aside forgets what an old run made and is gone, so that verify is content, and the stage runs again."""
    old = _file(ran, "say/text/*/text.txt").parent
    ran.digits("run", "--set", "say.word=other")
    shutil.rmtree(old)
    assert "digits verify --set-aside" in ran.digits("verify", status=4).stderr
    ran.digits("verify", "--set-aside")
    assert ran.outcomes()["say"] == "ran"
    ran.digits("verify")


def test_an_alias_that_points_nowhere_is_missed(ran: Project) -> None:
    """The bundle of an alias is missed when it is gone."""
    (ran.artifacts / "aliases").mkdir()
    (ran.artifacts / "aliases" / "staging").symlink_to("../store/pack/bundle/v0009-00000000")
    assert ran.json("verify", status=4)["missing"] == {"store/pack/bundle/v0009-00000000": ["alias staging"]}


def test_an_execution_that_cannot_be_read_is_damage(ran: Project) -> None:
    """A truncated execution record is named."""
    file = _file(ran, "say/executions/*.json")
    file.write_text("{")
    assert file.relative_to(ran.artifacts).as_posix() in ran.json("verify", status=4)["damaged"]


def test_damage_is_quarantined_and_made_again(ran: Project) -> None:
    """The next run moves a damaged version into .quarantine and makes an equal one."""
    file = _file(ran, "say/text/*/text.txt")
    file.write_text("hollo")
    assert ran.reasons()["say"].startswith("output corrupt")
    assert file.read_text() == "hello"
    [aside] = (ran.artifacts / ".quarantine").iterdir()
    assert (aside / "text.txt").read_text() == "hollo"


@pytest.mark.parametrize("pattern", ["say/text/*/text.txt", "pack/bundle/*/labels.json", "bless/executions/*.json"])
def test_damage_that_no_run_uses_can_be_set_aside(pattern: str, ran: Project) -> None:
    """--set-aside moves damage that no run repairs into .quarantine, with the record of the execution that made it."""
    file = _file(ran, pattern)
    ran.digits("run", "--set", "say.word=other")
    file.write_text("damaged")
    assert "digits verify --set-aside" in ran.digits("verify", status=4).stderr
    assert "moved to artifacts/.quarantine/" in ran.digits("verify", "--set-aside").stderr
    assert "files are intact" in ran.digits("verify").stdout
    aside = sorted((ran.artifacts / ".quarantine").iterdir(), key=Path.is_dir)
    assert aside[0].name.split(".")[1] == "executions"
    assert (aside[-1] / file.name if aside[-1].is_dir() else aside[-1]).read_text() == "damaged"


def test_a_champion_set_aside_is_made_again(ran: Project) -> None:
    """A champion that was set aside is missing until the next run makes it again."""
    _file(ran, "pack/bundle/*/labels.json").write_text("damaged")
    gone = ran.digits("verify", "--set-aside", status=4)
    assert "missing  store/pack/bundle/" in gone.stdout
    assert "needed by the champion" in gone.stdout
    assert "rm artifacts/champion" in gone.stderr
    assert ran.outcomes()["pack"] == "ran"
    ran.digits("verify")


def test_a_run_repairs_the_champion(ran: Project) -> None:
    """After a run has repaired a damaged champion, the store verifies and the link works."""
    _file(ran, "pack/bundle/*/labels.json").write_text("damaged")
    ran.digits("run")
    ran.digits("verify")
    assert (ran.artifacts / "champion" / "labels.json").read_text() == "HELLO!"


def test_a_lost_stat_cache_is_rebuilt(ran: Project) -> None:
    """Without .stat.json, a run hashes everything, is still unchanged, and writes the cache again."""
    (ran.artifacts / ".stat.json").unlink()
    assert set(ran.outcomes().values()) == {"unchanged"}
    assert (ran.artifacts / ".stat.json").exists()


def test_damage_found_by_verify_is_repaired_by_the_next_run(ran: Project) -> None:
    """Damage with unchanged size and times is repaired by the next run once verify has found it."""
    file = _file(ran, "say/text/*/text.txt")
    stat = file.stat()
    file.write_text("hullo")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    ran.digits("verify", status=4)
    ran.digits("run")
    ran.digits("verify")
    assert file.read_text() == "hello"


def test_a_run_repairs_an_added_file(ran: Project) -> None:
    """A file added to an artifact makes its stage run again."""
    _file(ran, "say/text/*/text.txt").with_name("added").touch()
    assert ran.reasons()["say"].endswith("/added")
    ran.digits("verify")


def test_a_manifest_that_contradicts_its_execution_is_damage(ran: Project) -> None:
    """A manifest with another content digest than its execution is named."""
    file = _file(ran, "say/text/*/manifest.json")
    record = json.loads(file.read_text())
    file.write_text(json.dumps(record | {"content": "0" * 64}))
    assert ran.json("verify", status=4)["damaged"] == [file.relative_to(ran.artifacts).as_posix()]


def test_a_damaged_record_of_a_run_is_found(ran: Project) -> None:
    """A changed run.json is named; set aside, its run goes to the quarantine and the rest stays sound."""
    record = (ran.artifacts / "latest").resolve() / "run.json"
    ran.digits("run", "--set", "say.word=other")
    record.write_text(record.read_text().replace('"promoted"', '"rejected"'))
    name = f"runs/{record.parent.name}/run.json"
    assert ran.json("verify", status=4)["damaged"] == [name]
    assert name in ran.digits("gc", "--delete", status=4).stderr
    ran.digits("verify", "--set-aside")
    assert not record.parent.exists()
    ran.digits("gc", "--delete")


def test_a_damaged_record_of_an_execution_is_named_and_made_again(ran: Project) -> None:
    """A run whose stage has a damaged record says so, moves it to the quarantine, and writes it again."""
    file = _file(ran, "say/executions/*.json")
    file.write_text(file.read_text().replace("hello", "hullo"))
    path = file.relative_to(ran.artifacts).as_posix()
    assert ran.reasons()["say"] == f"record corrupt: {path}"
    assert [aside.name.split(".")[:2] for aside in (ran.artifacts / ".quarantine").iterdir()] == [["say", "executions"]]
    assert not (ran.artifacts / path).exists()
    ran.digits("verify")


def test_a_history_without_its_last_line_is_found(ran: Project) -> None:
    """A history that ends before the promotion of the champion is damage; set aside, a new one begins."""
    ran.digits("run", "--set", "say.word=other")
    history = ran.artifacts / "promotions.jsonl"
    ran.digits("run", "--set", "say.word=third")
    history.write_text("".join(history.read_text().splitlines(keepends=True)[:1]))
    [found] = ran.json("verify", status=4)["history"]
    assert "the champion" in found
    assert "promotions.jsonl" in ran.digits("gc", "--delete", status=4).stderr
    ran.digits("verify", "--set-aside")
    ran.digits("verify")
