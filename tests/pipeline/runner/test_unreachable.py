"""Settings for the location of data, and runs whose data source cannot be reached."""

from __future__ import annotations

import subprocess
import sys
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

RUN_TWICE = """
import sys
from pathlib import Path
from pipeline.runner.run import Selection
from pipeline.runner.run_pipeline import run_pipeline
from pipeline.load import load_pipeline
from pipeline.store import Store
project = Path(sys.argv[1])
pipeline, store, forced = load_pipeline(project), Store(project / "artifacts"), Selection(force=("fetch",))
run_pipeline(pipeline, store, forced)
(project / "host.txt").write_text("newer")
run_pipeline(pipeline, store, forced)
"""


@pytest.fixture
def unreached(tmp_path: Path) -> Project:
    """Return a project whose host does not exist."""
    return toy_project(tmp_path / "toy", PIPELINE)


@pytest.fixture
def fetched(unreached: Project) -> Project:
    """Return a project that fetched its text from a host that no longer exists."""
    host = unreached.path / "host.txt"
    host.write_text(FROM_HOST)
    unreached.digits("run")
    host.unlink()
    return unreached


def text_of(project: Project) -> str:
    """Return the text fetched by the latest run."""
    return (project.artifacts / "latest" / "fetch.text" / "text.txt").read_text()


def edit_code(project: Project) -> None:
    """Change the code of the stage without changing its output."""
    project.edit("toys/fetch.py", "config.host.read_text()", "str(config.host.read_text())")


@pytest.mark.parametrize("setting", ["host=elsewhere.txt", "fallback=another", "fallback=null", "patience=9"])
def test_a_setting_that_cannot_change_the_content_reruns_nothing(fetched: Project, setting: str) -> None:
    """A location, a timeout or an unused fallback does not count in the fingerprint."""
    assert fetched.outcomes("--set", f"fetch.{setting}") == {"fetch": "unchanged"}


def test_a_setting_that_changes_the_content_reruns_the_stage(fetched: Project) -> None:
    """An ordinary setting counts in the fingerprint."""
    assert fetched.outcomes("--set", "fetch.ending=more") == {"fetch": "ran"}


def test_a_first_run_uses_the_fallback(unreached: Project) -> None:
    """A first run that cannot reach the host uses the fallback."""
    assert unreached.outcomes() == {"fetch": "ran"}
    assert text_of(unreached) == FALLBACK


def test_a_fallback_is_cached(unreached: Project) -> None:
    """A repeated run that used the fallback is unchanged."""
    unreached.digits("run")
    assert unreached.outcomes() == {"fetch": "unchanged"}


@pytest.mark.parametrize("setting", ["host=elsewhere.txt", "fallback=another"])
def test_after_a_fallback_the_location_counts(unreached: Project, setting: str) -> None:
    """After a run that used the fallback, another host or another fallback reruns the stage."""
    unreached.digits("run")
    name, value = setting.split("=")
    reason = unreached.reasons("--set", f"fetch.{setting}")["fetch"]
    assert reason.startswith(f"config changed: {name} ")
    assert reason.endswith(value)


def test_after_a_fallback_the_timeout_does_not_count(unreached: Project) -> None:
    """After a run that used the fallback, another timeout still does not count."""
    unreached.digits("run")
    assert unreached.outcomes("--set", "fetch.patience=9") == {"fetch": "unchanged"}


def test_stored_data_are_preferred_to_the_fallback(fetched: Project) -> None:
    """Stored data are preferred to the fallback; the reason says that the host was unreachable and what changed."""
    first = fetched.json("runs")[0]["run"]
    edit_code(fetched)
    assert fetched.reasons()["fetch"] == (
        f"unchanged (from run {first}); the host could not be asked; since then: code changed: toys/fetch.py"
    )
    assert text_of(fetched) == FROM_HOST


def test_stored_data_are_used_without_a_fallback(fetched: Project) -> None:
    """An unreachable host fails no stage whose data are in the store."""
    edit_code(fetched)
    assert fetched.outcomes("--set", "fetch.fallback=null") == {"fetch": "unchanged"}


def test_stored_data_of_other_settings_are_not_used(fetched: Project) -> None:
    """Data stored under other settings are not used."""
    fetched.digits("run", "--set", "fetch.ending=more")
    assert text_of(fetched) == f"{FALLBACK}more"


def test_damaged_stored_data_are_not_used(fetched: Project) -> None:
    """Damaged data in the store are not used."""
    stored = next(fetched.artifacts.glob("store/fetch/text/v*/text.txt"))
    stored.chmod(0o644)
    stored.write_text("another")
    edit_code(fetched)
    fetched.digits("run")
    assert text_of(fetched) == FALLBACK


def test_a_host_that_is_back_is_asked_again(unreached: Project) -> None:
    """A forced stage that used the fallback fetches from the host once it is back."""
    unreached.digits("run")
    (unreached.path / "host.txt").write_text(FROM_HOST)
    assert unreached.outcomes("--force", "fetch") == {"fetch": "ran"}
    assert text_of(unreached) == FROM_HOST


@pytest.fixture
def killed(unreached: Project) -> Project:
    """Return a project whose run used the fallback and was killed after it recorded that, before it cleaned up."""
    [stage] = unreached.json("plan")["stages"]
    unreached.digits("run")
    [version] = unreached.artifacts.glob("store/fetch/text/v*")
    staged = unreached.artifacts / ".staging" / f"fetch-{stage['fingerprint']}"
    staged.mkdir()
    (staged / "moved.txt").write_text(f"{version.relative_to(unreached.artifacts)}\n")
    return unreached


def test_a_recorded_fallback_survives_a_kill(killed: Project) -> None:
    """The next execution after a kill keeps the version that the execution with the fallback recorded."""
    (killed.path / "host.txt").write_text(FROM_HOST)
    killed.digits("run", "--force", "fetch")
    assert len(list(killed.artifacts.glob("store/fetch/text/v*"))) == 2


def test_an_unchanged_fallback_clears_staging(killed: Project) -> None:
    """The next run after a kill, in which the fallback is unchanged, removes what was left in staging."""
    assert killed.outcomes() == {"fetch": "unchanged"}
    assert list((killed.artifacts / ".staging").iterdir()) == []


def test_damage_stays_in_place_if_nothing_is_made_again(fetched: Project) -> None:
    """A damaged version stays where earlier runs link it if an older one is used, because the host is unreachable."""
    host = fetched.path / "host.txt"
    host.write_text("newer")
    edit_code(fetched)
    fetched.digits("run")
    host.unlink()
    damaged = (fetched.artifacts / "latest" / "fetch.text" / "text.txt").resolve()
    damaged.chmod(0o644)
    damaged.write_text("damaged")
    fetched.digits("run")
    assert text_of(fetched) == FROM_HOST
    assert damaged.exists()


def test_a_host_that_is_back_is_believed_in_the_same_process(fetched: Project) -> None:
    """The second run of a pipeline in one process takes what the host answers, although the first got no answer."""
    subprocess.run([sys.executable, "-c", RUN_TWICE, fetched.path], env=fetched.variables(), check=True)
    assert text_of(fetched) == "newer"
