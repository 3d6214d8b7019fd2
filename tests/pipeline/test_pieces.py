"""A piece of artifacts/ that is something else than digits puts there is named by every command, with a way out."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import digits
from pipeline.pieces import check_pieces
from schemas.errors import InputError
from tests.project import Project

KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file": (lambda path: path.write_text("x\n"), "a file"),
    "a folder": (lambda path: path.mkdir(), "a folder"),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "a link to nowhere, which is not there"),
    "a loop": (lambda path: path.symlink_to(path.name), "which is a loop"),
    "a link outside": (lambda path: path.symlink_to("../.."), "a link to ../.."),
}
WRONG = {
    "": ("a file", "a link to nothing", "a loop"),
    **dict.fromkeys(
        ("store", "runs", "aliases", "names", ".staging", ".quarantine", ".trash"),
        ("a file", "a link to nothing", "a loop"),
    ),
    "promotions.jsonl": ("a folder", "a link to nothing", "a loop", "a link outside"),
    "champion": tuple(KINDS),
    "latest": tuple(KINDS),
}
COMMANDS = (
    ("run",),
    ("plan",),
    ("rerun", "pack"),
    ("show",),
    ("runs",),
    ("report",),
    ("lineage", "champion"),
    ("predict", "a.png"),
    ("score", "."),
    ("serve", "--port", "0"),
    ("models",),
    ("models", "show", "v0001"),
    ("promote", "v0001"),
    ("rollback",),
    ("alias", "best", "v0001"),
    ("export", "--to", "a.zip"),
    ("selftest",),
    ("gc",),
    ("gc", "--delete"),
    ("prove", "champion"),
)


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in WRONG for kind in WRONG[name]])
def test_it_is_named_and_the_advice_helps(name: str, kind: str, tmp_path: Path) -> None:
    """The error says what is there, and the shell command in it removes or moves that."""
    artifacts = tmp_path / "artifacts"
    path = artifacts / name if name else artifacts
    path.parent.mkdir(exist_ok=True)
    make, found = KINDS[kind]
    make(path)
    with pytest.raises(InputError, match=re.escape(f"{path} is not what digits puts there")) as error:
        check_pieces(artifacts)
    assert error.value.found.endswith(found)
    assert error.value.expected
    [command] = re.findall(r"(?:^|or )((?:rm|mv) [^;]+);", error.value.do)
    subprocess.run(command, shell=True, check=True)  # noqa: S602  (as a person would)
    check_pieces(artifacts)


def test_what_is_missing_is_made_later(tmp_path: Path, ran: Project) -> None:
    """A project that has not run, and one that has, are as they must be; their folders may be links."""
    check_pieces(tmp_path / "artifacts")
    check_pieces(ran.artifacts)
    ran.artifacts.rename(tmp_path / "elsewhere")
    ran.artifacts.symlink_to(tmp_path / "elsewhere")
    check_pieces(ran.artifacts)


def test_every_command_names_it(ran: Project) -> None:
    """With a file in the place of the champion, each command that works in the project says so, and changes nothing."""
    champion = ran.artifacts / "champion"
    champion.unlink()
    champion.write_text("x\n")
    before = sorted(ran.artifacts.rglob("*"))
    for command in COMMANDS:
        failed = ran.digits(*command, status=4)
        assert f"error: {champion} is not what digits puts there\n  found:    a file\n" in failed.stderr
    assert sorted(ran.artifacts.rglob("*")) == before


def test_verify_and_doctor_name_all(ran: Project) -> None:
    """Both list every such piece; verify still hashes the store, and --set-aside moves nothing."""
    for name in ("champion", "latest"):
        (ran.artifacts / name).unlink()
        (ran.artifacts / name).mkdir()
    for words in (("verify",), ("verify", "--set-aside")):
        found = ran.json(*words, status=4)
        assert (found["artifacts"], found["damaged"], found["missing"], found["history"]) == (4, [], {}, [])
        assert [text.split()[0] for text in found["misplaced"]] == [
            str(ran.artifacts / name) for name in ("champion", "latest")
        ]
    examined = {each["what"]: each for each in ran.json("doctor", status=1)}
    assert "champion is not what digits puts there: a folder" in examined["store"]["found"]
    assert examined["store"]["do"].startswith("mv ")


def test_an_alias_that_leads_out_of_the_store_is_none(ran: Project, tmp_path: Path) -> None:
    """What lies outside the store is no model of the project, whatever link leads there."""
    (ran.artifacts / "aliases").mkdir()
    (ran.artifacts / "aliases" / "best").symlink_to(tmp_path)
    failed = ran.digits("models", "show", "best", status=4)
    assert "the alias best leads nowhere" in failed.stderr
    assert f"a link to {tmp_path}" in failed.stderr


def test_a_loop_of_links_is_no_model(tmp_path: Path) -> None:
    """`load` and --model refuse a link to itself as what is no bundle."""
    loop = tmp_path / "loop"
    loop.symlink_to("loop")
    with pytest.raises(InputError, match="is not a sealed bundle"):
        digits.load(loop)
    failed = Project(tmp_path, {}).digits("predict", "a.png", "--model", f"{loop}{os.sep}", status=4)
    assert "which is a loop" in failed.stderr
