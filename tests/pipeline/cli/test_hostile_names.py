"""Whatever people and other programs name things, no command prints a line or a character that only looks like ours."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.champion import crown
from schemas.manifest import Manifest
from schemas.records.execution import Version
from schemas.records.run import RunRecord
from tests.forked import run_forked
from tests.once import once
from tests.project import DIGITS, Project, toy_project

HOSTILE = "a\nerror: forged\r\x1b[2J\u202egnp.\u2066\u2028b"
FORGED = {"\x1b", "\r", "\u202e", "\u2066", "\u2028"}
COMMANDS = {
    "runs": 0,
    "show": 0,
    "models": 0,
    "models show champion": 0,
    "models show latest": 0,
    "alias": 0,
    "lineage": 0,
    "lineage champion": 0,
    "lineage --format dot": 0,
    "compare champion latest": 0,
    "compare champion latest --format markdown": 0,
    "compare champion latest --format csv": 0,
    "gc": 0,
    "gc --keep-runs 1": 0,
    "verify": 4,
    "doctor": None,
    "plan": 0,
    "check": 0,
    "report latest": 0,
    "export-run latest --to run.tar": 4,
    "promote none": 2,
    "rollback": 0,
    "runs --delete none": 2,
}
"""The exit code of each command; None where it depends on the machine."""


def _make(path: Path) -> None:
    """Make a project whose names are hostile: an alias, a run, its file, its settings and what it says, an override."""
    project = toy_project(path)
    project.digits("run")
    (path / f"{HOSTILE}.yaml").write_text((path / "pipeline.yaml").read_text().replace("hello", "more"))
    project.digits("run", "-f", f"{HOSTILE}.yaml", "--no-promote")
    artifacts = project.artifacts
    [*_, bundle] = sorted(artifacts.glob("store/pack/bundle/v*"))
    manifest = Manifest.read(bundle)
    assert manifest
    promoted = Version(path=bundle.relative_to(artifacts).as_posix(), content=manifest.content)
    crown(promoted, artifacts, by="promote", override=HOSTILE)
    run = (artifacts / "latest").readlink().name
    for folder, target in (("aliases", f"../store/pack/bundle/{bundle.name}"), ("names", f"../runs/{run}")):
        (artifacts / folder).mkdir(exist_ok=True)
        (artifacts / folder / HOSTILE).symlink_to(target)
    record = RunRecord.load(artifacts / "runs" / run / "run.json")
    record.explanation = record.notice = record.under_way = record.error = HOSTILE
    record.warnings, record.overrides, record.metrics = [HOSTILE], [HOSTILE], {HOSTILE: 0.5}
    for stage in record.stages:
        stage.reason = HOSTILE
    record.write(artifacts / "runs" / run)
    (bundle / HOSTILE).touch()
    (artifacts / "runs" / f"{HOSTILE}2").mkdir()
    (artifacts / "runs" / f"{HOSTILE}2" / "x").write_text("x")


@pytest.fixture
def hostile(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a copy of the project, which a command may change."""
    folder = once(tmp_path_factory, "hostile", _make)
    shutil.copytree(folder, tmp_path / "hostile", symlinks=True)
    return Project(tmp_path / "hostile", {"DIGITS_OFFLINE": "1"})


@pytest.mark.parametrize("command", COMMANDS)
def test_no_name_forges_what_a_command_prints(command: str, hostile: Project) -> None:
    """No command prints a hostile name as it is, neither to standard output nor to standard error."""
    done = run_forked([str(DIGITS), *command.split()], hostile.variables(), hostile.path)
    status, printed = COMMANDS[command], done.stdout + done.stderr
    assert status is None or done.returncode == status, printed
    assert not FORGED & {*printed}
    assert not any(line.strip().startswith("error: forged") for line in printed.splitlines())
    pages = [page.read_text() for page in hostile.artifacts.glob("runs/*/report.html")]
    assert not FORGED & {*"".join(pages)}
