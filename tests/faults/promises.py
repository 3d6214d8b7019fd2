"""The facts that commands have reported as done, and that outlive whatever happens next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.aliases import aliases
from pipeline.champion import champion
from pipeline.history import run_names
from pipeline.housekeeping.missing import find_missing
from schemas.manifest import Manifest, hash_file
from schemas.records.promotion import read_history
from schemas.records.run import RunRecord
from schemas.records.verification import verify
from tests.pipeline.registry.conftest import WRAPPED
from tests.project import Project, toy_project

__all__ = ["Fact", "damage_in", "facts_of", "kept", "project_with_history"]

Fact = tuple[str, str, str]
"""Kind, name and value."""
CHANGES = {
    "run": {"champion"},
    "gc": {"version", "execution", "run", "name", "champion"},
    "promote": {"champion"},
    "rollback": {"champion"},
    "alias": {"alias"},
    "runs": {"name", "run", "version", "execution"},
}
"""The kinds of facts that a command may take away before it has finished."""


def facts_of(artifacts: Path) -> set[Fact]:
    """Return what is there and whole: versions, executions, runs, aliases, names of runs, promotions and the champion.

    The value of a version is its content digest, that of a run its outcome.
    """
    return set(_facts(artifacts))


def kept(facts: set[Fact], command: str) -> set[Fact]:
    """Return the facts that a command must not take away."""
    return {fact for fact in facts if fact[0] not in CHANGES.get(command, ())}


def damage_in(artifacts: Path) -> list[str]:
    """Return what `digits verify` would report."""
    found = verify(artifacts)
    return [*found.damaged, *find_missing(artifacts), *found.history]


def _facts(artifacts: Path) -> Iterator[Fact]:
    for folder in artifacts.glob("store/*/*/v*"):
        manifest = Manifest.read(folder)
        if manifest and not any(manifest.damage(folder)):
            yield "version", folder.relative_to(artifacts).as_posix(), manifest.content
    for path in artifacts.glob("store/*/executions/[!.]*.json"):
        yield "execution", path.name, hash_file(path)
    for path in artifacts.glob("runs/*/run.json"):
        try:
            yield "run", path.parent.name, RunRecord.from_json(path.read_bytes()).outcome
        except ValueError:
            yield "run", path.parent.name, "unreadable"
    for promotion in read_history(artifacts).promotions:
        yield "promotion", str(promotion.number), promotion.bundle
    yield from (("alias", name, path) for name, path in aliases(artifacts).items())
    yield from (("name", name, run) for name, run in run_names(artifacts).items())
    yield "champion", "", champion(artifacts) or "none"


def project_with_history(path: Path) -> Project:
    """Make a project with three champions, one after the other, and a refused run, which has a name."""
    project = toy_project(path, WRAPPED)
    project.digits("run")
    project.digits("run", "--set", "say.word=other")
    project.digits("run", "--set", "say.word=ok", "--set", "bless.least=9", status=3)
    project.digits("runs", "--name", "latest", "refused")
    project.digits("run", "--set", "say.word=third")
    return project
