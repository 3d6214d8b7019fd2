"""Publication of artifacts in the store."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.pipeline.housekeeping.test_gc import forget_promotions
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


LARGE = "    (text.path / 'large').write_bytes(bytes(10**5))\n    Text.write"
LINKED = "(text.path / 'large').hardlink_to(next(text.path.parents[3].glob('store/say/text/v*/large')))"


def _large_files(project: Project) -> list[os.stat_result]:
    return [path.stat() for path in sorted(project.artifacts.glob("store/say/text/v*/large"))]


def test_an_equal_large_file_is_stored_once(project: Project) -> None:
    """Two versions with an equal large file share it, and both verify; deleting one of them leaves the other whole."""
    project.edit("toys/say.py", "    Text.write", LARGE)
    for word in ("one", "two"):
        project.digits("run", "--set", f"say.word={word}")
    first, second = _large_files(project)
    assert (first.st_ino, first.st_nlink, first.st_mode & 0o777) == (second.st_ino, 2, 0o444)
    forget_promotions(project)
    assert project.json("gc", "--keep-runs", "1", "--delete")["frees"] < 10**5
    project.digits("verify")


def test_a_damaged_file_is_not_shared(project: Project) -> None:
    """A sealed file that has changed is not linked into a new version."""
    project.edit("toys/say.py", "    Text.write", LARGE)
    project.digits("run")
    [file] = project.artifacts.glob("store/say/text/v*/large")
    file.chmod(0o644)
    file.write_bytes(bytes(10**5 - 1) + b"1")
    project.digits("run", "--set", "say.word=two")
    assert [each.st_nlink for each in _large_files(project)] == [1, 1]


def test_a_file_that_is_shared_already_is_sealed_alone(project: Project) -> None:
    """A stage that links to a sealed file itself gets a version that verifies: no draft of a link is in it."""
    project.edit("toys/say.py", "    Text.write", LARGE)
    project.digits("run")
    project.edit("toys/say.py", "(text.path / 'large').write_bytes(bytes(10**5))", LINKED)
    project.digits("run", "--set", "say.word=two")
    assert [each.st_nlink for each in _large_files(project)] == [2, 2]
    project.digits("verify")


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


def test_an_unrecorded_bundle_with_an_alias_is_kept(ran: Project) -> None:
    """A bundle that a killed process published, and that somebody has named since, outlives the next execution."""
    bundles = ran.artifacts / "store" / "pack" / "bundle"
    [bundle] = bundles.iterdir()
    shutil.copytree(bundle, bundles / "v0002-00000000")
    staged = ran.artifacts / ".staging" / f"pack-{'0' * 64}"
    staged.mkdir(parents=True)
    (staged / "moved.txt").write_text("store/pack/bundle/v0002-00000000\n")
    ran.digits("alias", "mine", "v0002")
    ran.digits("run", "--force", "pack")
    assert (bundles / "v0002-00000000").is_dir()


def test_the_same_run_elsewhere_has_the_same_content(project: Project, tmp_path: Path) -> None:
    """Content digests do not depend on the folder or the process."""
    other = toy_project(tmp_path / "other")
    assert os.fspath(project.path) != os.fspath(other.path)
    outputs = [[stage["outputs"] for stage in each.json("run")["stages"]] for each in (project, other)]
    assert outputs[0] == outputs[1]
