"""What counts of the settings that say where data lie, and what a run uses when a host cannot be reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project import Project, toy_project

PIPELINE = """\
stages:
  fetch:
    uses: toys.fetch
    config: {host: host.txt, fallback: embedded}
"""
FROM_HOST, FALLBACK = "from the host", "embedded"


@pytest.fixture
def unreached(tmp_path: Path) -> Project:
    """Make a project whose host is not there."""
    return toy_project(tmp_path / "toy", PIPELINE)


@pytest.fixture
def fetched(unreached: Project) -> Project:
    """Make a project that took its text from the host, which is gone since."""
    host = unreached.path / "host.txt"
    host.write_text(FROM_HOST)
    unreached.digits("run")
    host.unlink()
    return unreached


def text_of(project: Project) -> str:
    """Read what the latest run took."""
    return (project.artifacts / "latest" / "fetch.text" / "text.txt").read_text()


def edit_code(project: Project) -> None:
    """Change the code of the stage, and not what it writes."""
    project.edit("toys/fetch.py", "config.host.read_text()", "str(config.host.read_text())")


@pytest.mark.parametrize("setting", ["host=elsewhere.txt", "fallback=another", "fallback=null", "patience=9"])
def test_a_setting_that_cannot_change_the_content_reruns_nothing(fetched: Project, setting: str) -> None:
    """Neither where the data lie, nor how long to wait, nor a fallback that did not stand in counts."""
    assert fetched.outcomes("--set", f"fetch.{setting}") == {"fetch": "unchanged"}


def test_a_setting_that_changes_the_content_reruns_the_stage(fetched: Project) -> None:
    """A setting that is declared as nothing else counts."""
    assert fetched.outcomes("--set", "fetch.ending=more") == {"fetch": "ran"}


def test_without_an_earlier_run_the_fallback_stands_in(unreached: Project) -> None:
    """The first run of a host that cannot be reached takes the fallback."""
    assert unreached.outcomes() == {"fetch": "ran"}
    assert text_of(unreached) == FALLBACK


def test_a_fallback_that_stood_in_is_not_taken_again(unreached: Project) -> None:
    """While nothing changes, what the fallback gave is unchanged."""
    unreached.digits("run")
    assert unreached.outcomes() == {"fetch": "unchanged"}


@pytest.mark.parametrize("setting", ["host=elsewhere.txt", "fallback=another"])
def test_where_a_fallback_stood_in_the_way_to_the_data_counts(unreached: Project, setting: str) -> None:
    """Another host may be reached, and another fallback gives something else."""
    unreached.digits("run")
    name, value = setting.split("=")
    reason = unreached.reasons("--set", f"fetch.{setting}")["fetch"]
    assert reason.startswith(f"config changed: {name} ")
    assert reason.endswith(value)


def test_where_a_fallback_stood_in_waiting_longer_reruns_nothing(unreached: Project) -> None:
    """What never counts does not count then either."""
    unreached.digits("run")
    assert unreached.outcomes("--set", "fetch.patience=9") == {"fetch": "unchanged"}


def test_what_an_earlier_run_took_is_used_before_a_fallback(fetched: Project) -> None:
    """The stored text is used, and the reason says that the host could not be asked, and what changed since."""
    first = fetched.json("runs")[0]["run"]
    edit_code(fetched)
    assert fetched.reasons()["fetch"] == (
        f"unchanged (from run {first}); the host could not be asked; since then: code changed: toys/fetch.py"
    )
    assert text_of(fetched) == FROM_HOST


def test_what_an_earlier_run_took_is_used_without_a_fallback(fetched: Project) -> None:
    """A host that cannot be reached fails no stage whose data are in the store."""
    edit_code(fetched)
    assert fetched.outcomes("--set", "fetch.fallback=null") == {"fetch": "unchanged"}


def test_what_an_earlier_run_took_by_other_settings_is_not_used(fetched: Project) -> None:
    """With another setting that counts, the stored text is not the one that is asked for."""
    fetched.digits("run", "--set", "fetch.ending=more")
    assert text_of(fetched) == f"{FALLBACK}more"


def test_damaged_data_of_an_earlier_run_are_not_used(fetched: Project) -> None:
    """What the store holds damaged serves nobody."""
    stored = next(fetched.artifacts.glob("store/fetch/text/v*/text.txt"))
    stored.chmod(0o644)
    stored.write_text("another")
    edit_code(fetched)
    fetched.digits("run")
    assert text_of(fetched) == FALLBACK


def test_a_host_that_is_back_is_asked_again(unreached: Project) -> None:
    """Forced, a stage whose fallback stood in takes the text of the host."""
    unreached.digits("run")
    (unreached.path / "host.txt").write_text(FROM_HOST)
    assert unreached.outcomes("--force", "fetch") == {"fetch": "ran"}
    assert text_of(unreached) == FROM_HOST
