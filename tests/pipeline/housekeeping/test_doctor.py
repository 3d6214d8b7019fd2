"""`digits doctor`: each line is ok, a warning or broken, with what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.housekeeping.doctor import Finding, examine
from tests.project import HOUSE, Project


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask no network."""
    monkeypatch.setenv("DIGITS_OFFLINE", "1")


def look(what: str, artifacts: Path | None, house: Path = HOUSE) -> Finding:
    """Return one line of the examination."""
    return next(each for each in examine(artifacts, house) if each.what == what)


@pytest.mark.usefixtures("offline")
def test_a_sound_store_is_ok(ran: Project) -> None:
    """Of a project that has run, the store is ok, and no line is broken but what the tests' environment lacks."""
    found = {each.what: each.state for each in examine(ran.artifacts)}
    assert {found[what] for what in ("python", "store", "leftovers", "network", "devices")} == {"ok"}


def test_something_broken_exits_with_1(ran: Project) -> None:
    """If something is broken, the exit code is 1, and what the line says to do shows what is wrong."""
    shutil.rmtree(ran.artifacts / "store" / "say" / "text")
    project = Project(ran.path, {"DIGITS_OFFLINE": "1"})
    lines = project.json("doctor", status=1)
    [store] = [each for each in lines if each["what"] == "store"]
    assert (store["state"], store["do"]) == ("broken", "digits verify")
    assert "store/say/text/" in project.digits("verify", status=4).stdout


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("typer==0.0.1 \\", "warning"),
        ("no-such-library==1.0 \\", "broken"),
        ('no-such-library==1.0 ; sys_platform == "nowhere" \\', "ok"),
    ],
)
def test_libraries_are_compared_with_the_lock(line: str, state: str, tmp_path: Path) -> None:
    """Another version is a warning, a missing library is broken, and one for another platform does not count."""
    (tmp_path / "requirements.lock").write_text(f"{line}\n    --hash=sha256:00\n    # via x==1\n")
    found = look("libraries", None, tmp_path)
    assert (found.state, bool(found.do)) == (state, state != "ok")


@pytest.mark.usefixtures("offline")
def test_what_a_killed_gc_left_is_named(ran: Project) -> None:
    """Leftovers of a killed gc are a warning, and what the line says to do removes them."""
    (ran.artifacts / ".trash" / "0").mkdir(parents=True)
    (ran.artifacts / ".trash" / "0" / "file").write_bytes(bytes(10))
    assert look("leftovers", ran.artifacts).do == "digits gc --delete"
    ran.digits("gc", "--delete")
    assert look("leftovers", ran.artifacts).state == "ok"


def test_outside_a_project_the_installation_is_examined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that is not asked is said to be so."""
    monkeypatch.delenv("DIGITS_OFFLINE", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.chdir(tmp_path)
    assert "HTTPS_PROXY" in look("network", None).found
    assert "store" not in {each.what for each in examine(None)}
