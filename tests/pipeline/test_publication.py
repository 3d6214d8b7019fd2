"""Publication of artifacts in the store."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.project import Project, toy_project


def test_a_version_is_never_overwritten(ran: Project) -> None:
    """New content gets a new version and leaves the old one untouched."""
    [first] = (ran.artifacts / "store" / "say" / "text").iterdir()
    before = (first / "text.txt").stat().st_mtime_ns
    ran.digits("run", "--set", "say.word=goodbye")
    names = sorted(path.name[:5] for path in (ran.artifacts / "store" / "say" / "text").iterdir())
    assert names == ["v0001", "v0002"]
    assert (first / "text.txt").stat().st_mtime_ns == before


def test_sealed_files_are_read_only(ran: Project) -> None:
    """Files of an artifact have mode 0444, its folders 0755."""
    files = list((ran.artifacts / "store").glob("*/*/v*/*"))
    assert {path.stat().st_mode & 0o777 for path in files} == {0o444}
    assert {path.parent.stat().st_mode & 0o777 for path in files} == {0o755}


def test_staging_is_empty_after_a_run(ran: Project) -> None:
    """After a successful run, .staging is empty."""
    assert list((ran.artifacts / ".staging").iterdir()) == []


def test_artifacts_can_be_moved(ran: Project) -> None:
    """A project moved to another folder is unchanged there."""
    moved = Project(ran.path.with_name("moved"), {})
    ran.path.rename(moved.path)
    assert set(moved.outcomes().values()) == {"unchanged"}


def test_an_unrecorded_version_is_removed(ran: Project) -> None:
    """A version that a killed process published without a record is removed by the next execution."""
    store = ran.artifacts / "store" / "say"
    shutil.copytree(next(iter((store / "text").iterdir())), store / "text" / "v0002-00000000")
    staged = ran.artifacts / ".staging" / f"say-{'0' * 64}"
    staged.mkdir(parents=True)
    (staged / "moved.txt").write_text("store/say/text/v0002-00000000\n")
    ran.digits("run", "--force", "say")
    assert [path.name[:5] for path in (store / "text").iterdir()] == ["v0001"]


def test_the_same_run_elsewhere_has_the_same_content(project: Project, tmp_path: Path) -> None:
    """Content digests do not depend on the folder or the process."""
    other = toy_project(tmp_path / "other")
    assert os.fspath(project.path) != os.fspath(other.path)
    outputs = [[stage["outputs"] for stage in each.json("run")["stages"]] for each in (project, other)]
    assert outputs[0] == outputs[1]
