"""A quota that is used up: a real one, of a btrfs file system in a file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.faults.promises import damage_in, facts_of, kept
from tests.faults.thorough import often
from tests.forked import run_forked
from tests.pipeline.registry.conftest import WRAPPED
from tests.project import DIGITS, Project, toy_project

pytestmark = pytest.mark.faults

NEEDED = ("losetup", "mkfs.btrfs", "btrfs", "mount", "umount")
VOLUME = "0/256"
"""The number that btrfs gives to the quota of the first subvolume."""
COMMANDS = {
    "run": ("run", "--set", "say.word=new", "--set", "say.times=30000"),
    "promote": ("promote", "v0001"),
    "promote to a folder": ("promote", "v0001", "--to", "{project}/served"),
    "package": ("package", "--to", "{project}/container"),
    "alias": ("alias", "stable", "v0001"),
    "run named": ("runs", "--name", "latest", "first try"),
    "report": ("report",),
    "export-run": ("export-run", "latest", "--to", "{project}/run.tar"),
    "import-run": ("import-run", "{project}/given.tar"),
    "gc": ("gc", "--keep-runs", "1", "--delete"),
}
MORE = [0, 100, 150, 250, 400, 700, 1200, 1300][:: often(2, 1)]
"""Kilobytes that may still be written: the whole run needs about 1,600."""
Allow = Callable[[int | None], None]


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """Yield a subvolume that can have a quota; skip the test where none can be mounted."""
    if os.geteuid() or not all(map(shutil.which, NEEDED)):
        pytest.skip(f"only root can mount a disk with a quota, with {', '.join(NEEDED)}")
    folder = tmp_path_factory.mktemp("quota")
    image, disk = folder / "disk.btrfs", folder / "disk"
    disk.mkdir()
    with image.open("wb") as file:
        file.truncate(2**28)
    _call("mkfs.btrfs", "-q", image)
    try:
        _call("mount", "-o", "loop", image, disk)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this machine mounts no btrfs from a file: {error.stderr.strip()}")
    try:
        _call("btrfs", "quota", "enable", disk)
        _call("btrfs", "subvolume", "create", disk / "volume")
        yield disk / "volume"
    finally:
        _call("umount", "-l", disk)


@pytest.fixture(scope="module")
def allow(volume: Path) -> Allow:
    """Return what sets the quota: to so many bytes more than are used, or to none."""

    def set_quota(more: int | None) -> None:
        _call("btrfs", "filesystem", "sync", volume)
        used = int(_call("btrfs", "qgroup", "show", "--raw", "-f", volume).splitlines()[-1].split()[1])
        _call("btrfs", "qgroup", "limit", "none" if more is None else str(used + more), VOLUME, volume.parent)

    return set_quota


@pytest.fixture(scope="module")
def template(volume: Path) -> Project:
    """Return a project with three champions in turn, whose files are worth sharing, and a run to take in.

    What only the first one needs, gc deletes.
    """
    other = toy_project(volume / "other", WRAPPED)
    other.digits("run", "--set", "say.word=given")
    project = toy_project(volume / "toy", WRAPPED)
    other.digits("export-run", "latest", "--to", str(project.path / "given.tar"))
    for word in ("zero", "one", "two"):
        project.digits("run", "--set", f"say.word={word}", "--set", "say.times=30000")
    return project


@pytest.mark.parametrize("name", COMMANDS)
def test_a_quota_that_is_used_up_ends_a_command_cleanly(
    name: str, volume: Path, allow: Allow, template: Project
) -> None:
    """One error that names the file, exit code 1, nothing lost or published in part; with space the command goes on."""
    found: dict[int, object] = {}
    ended: list[int] = []
    for more in MORE:
        project = Project(shutil.copytree(template.path, volume / f"{more}", symlinks=True), {})
        words = [word.format(project=project.path) for word in COMMANDS[name]]
        allow(more * 1000)
        done = run_forked([str(DIGITS), "-C", str(project.path), *words], project.variables())
        facts = kept(facts_of(template.artifacts), words[0])
        wrong: list[object] = [*damage_in(project.artifacts), *(facts - facts_of(project.artifacts))]
        clean = re.findall(r"^error: .*", done.stderr, re.MULTILINE)
        named = len(clean) == 1 and "quota" in clean[0] and "/" in clean[0] and "Traceback" not in done.stderr
        if done.returncode and not (done.returncode == 1 and named):
            wrong.append(f"{done.returncode}\n{done.stderr}")
        allow(None)
        project.digits(*words)
        if wrong or damage_in(project.artifacts):
            found[more] = wrong
        ended.append(done.returncode)
        shutil.rmtree(project.path)
    assert found == {}
    assert ended[0] == (0 if name == "gc" else 1)  # gc makes room


def _call(*words: str | Path) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout
