"""Everything that can happen to a store, in any order, against a simple model of what must be true."""

from __future__ import annotations

import importlib
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipeline.aliases import aliases, remove_alias, set_alias
from pipeline.champion import champion
from pipeline.housekeeping.collect import Rule, collect
from pipeline.housekeeping.missing import find_missing
from pipeline.load import load_pipeline
from pipeline.registry.bundles import bundles
from pipeline.registry.change import previous_champion, promote_version, rollback
from pipeline.runner.run_pipeline import run_pipeline
from pipeline.store import Store
from schemas.artifacts.bundle import Bundle
from schemas.manifest import Manifest
from schemas.records.promotion import read_history
from schemas.records.verification import verify
from tests.faults.forked_steps import DIED, DONE, REFUSED, begin, finish
from tests.faults.thorough import often
from tests.pipeline.registry.conftest import WRAPPED
from tests.project import Project, toy_project

IMPORTED = [
    importlib.import_module(name)
    for name in (
        "pipeline.runner.execute",
        "pipeline.runner.repair",
        "pipeline.specification.resolve",
        "schemas.settings.pipeline_file",
    )
]
"""What a run imports: forked processes have it already."""
PARTS, STORIES, STEPS = often(1, 14), often(8, 20), often(20, 50)
"""Parts can be tried beside one another."""
WORDS = st.sampled_from(["one", "two", "three", "four"])
NAMES = st.sampled_from(["staging", "trial"])
DEATHS = st.integers(1, 120)
"""The change to a file before which a process dies; one that makes fewer ends as it should."""


class StoreMachine(RuleBasedStateMachine):
    """A project, and what must be true of it.

    Attributes:
        steps: how many were carried out, in all stories.
        champion: path of the champion.
        changes: each change of the champion: the new one, the one before, and whether it was a rollback.
        names: the bundle of each alias.
        spoilt: versions that are damaged, or gone because they were damaged.
    """

    steps: ClassVar[int] = 0

    @initialize()
    def begin_story(self) -> None:
        """Make a project in which nothing has run."""
        self.folder = Path(tempfile.mkdtemp())
        self.project: Project = toy_project(self.folder / "toy", WRAPPED)
        self.artifacts = self.project.artifacts
        self.champion: str | None = None
        self.names: dict[str, str] = {}
        self.spoilt: set[str] = set()
        self.changes: list[tuple[str, str | None, bool]] = []
        self.promotions = 0

    def teardown(self) -> None:
        """Remove the project."""
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    def _carry_out(self, function: Callable[[], object], dies_at: int = 0) -> int:
        log = self.folder / "log"
        return finish(begin(function, log, dies_at), log)

    def _run(self, word: str) -> None:
        pipeline = load_pipeline(self.project.path, (f"say.word={word}",))
        finished = run_pipeline(pipeline, Store(self.artifacts))
        assert finished.failure is None, finished.failure

    def _bundle_of(self, word: str) -> str | None:
        """Return the path of the bundle of a word; None if there is none, or it cannot be read."""
        found = (each for each in bundles(self.artifacts) if _word_of(self.artifacts / each) == word)
        return next(found, None)

    def _given_up(self, path: str | None) -> bool:
        """Return whether a rollback put another bundle in this one's place, and nothing made it champion since."""
        last = next((each for each in reversed(self.changes) if path in each[:2]), None)
        return last is not None and last[0] != path and last[2]

    def _change(self, path: str | None, *, back: bool = False) -> None:
        """Note that a bundle is the champion now."""
        if path and path != self.champion:
            self.changes.append((path, self.champion, back))
            self.champion = path

    @rule(word=WORDS)
    def run(self, word: str) -> None:
        """Run the pipeline: what it made is whole, and is the champion, unless it was given up."""
        assert self._carry_out(lambda: self._run(word)) == DONE
        made = (self.artifacts / "latest" / "wrap.bundle").resolve().relative_to(self.artifacts.resolve()).as_posix()
        assert _word_of(self.artifacts / made) == word
        self._change(None if self._given_up(made) else made)

    @rule(word=WORDS, dies_at=DEATHS)
    def run_killed(self, word: str, dies_at: int) -> None:
        """Run the pipeline, which dies on the way: the champion is the old one, or the new one."""
        status = self._carry_out(lambda: self._run(word), dies_at)
        assert status in {DONE, DIED}
        now = champion(self.artifacts)
        assert now == self.champion or (now and _word_of(self.artifacts / now) == word)
        self._change(now)

    @rule(word=WORDS, dies_at=st.one_of(st.just(0), st.integers(1, 6)))
    def promote(self, word: str, dies_at: int) -> None:
        """Promote a word's bundle by hand, if it is there: it is the champion, or the process died before."""
        path = self._bundle_of(word)
        if path is None:
            return
        makers = Store(self.artifacts).executions("wrap")
        recorded = any(version.path == path for each in makers for version in each.outputs.values())
        status = self._carry_out(lambda: promote_version(path, Store(self.artifacts)), dies_at)
        assert status != REFUSED or not recorded or self.spoilt
        if status == DONE or (status == DIED and champion(self.artifacts) == path):
            self._change(path)

    @rule(dies_at=st.one_of(st.just(0), st.integers(1, 6)))
    def go_back(self, dies_at: int) -> None:
        """Roll back: the champion is the one before, which is whole; or nothing changes."""
        promoted = [each for each in self.changes if not each[2]]
        before = next((each[1] for each in reversed(promoted) if each[0] == self.champion), None)
        there = before and (self.artifacts / before).exists()  # a gc keeps one champion before the present one
        status = self._carry_out(lambda: rollback(Store(self.artifacts)), dies_at)
        assert status != REFUSED or not there or self.spoilt
        if status == DONE or (status == DIED and champion(self.artifacts) == before):
            self._change(before, back=True)

    @rule(name=NAMES, word=WORDS)
    def name(self, name: str, word: str) -> None:
        """Point an alias at a word's bundle."""
        if path := self._bundle_of(word):
            assert self._carry_out(lambda: set_alias(self.artifacts, name, path)) == DONE
            self.names[name] = path

    @rule(name=NAMES)
    def forget(self, name: str) -> None:
        """Remove an alias; one that is not there is refused."""
        status = self._carry_out(lambda: remove_alias(self.artifacts, name))
        assert status == (DONE if self.names.pop(name, None) else REFUSED)

    @rule(keep=st.integers(1, 3), dies_at=st.one_of(st.just(0), st.integers(1, 40)))
    def clean_up(self, keep: int, dies_at: int) -> None:
        """Delete what nothing needs, perhaps not to the end; what a rollback needs stays."""
        rules = Rule(newest=keep)
        before = previous_champion(self.artifacts)
        there = before and (self.artifacts / before).exists()
        assert self._carry_out(lambda: collect(self.artifacts, rules, delete=True), dies_at) in {DONE, DIED}
        assert not there or (self.artifacts / str(before)).exists()

    @precondition(lambda self: self.champion is not None)
    @rule(number=st.integers(0, 10_000))
    def corrupt(self, number: int) -> None:
        """Flip a bit of some version's file."""
        chance = random.Random(number)  # noqa: S311
        files = sorted(path for path in self.artifacts.glob("store/*/*/v*/*") if path.is_file() and path.stat().st_size)
        file = chance.choice(files)
        data = bytearray(file.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        file.chmod(0o644)
        file.write_bytes(data)
        self.spoilt.add(file.parent.relative_to(self.artifacts).as_posix())

    @precondition(lambda self: self.champion is not None)
    @rule(word=WORDS, keep=st.integers(1, 2))
    def read_beside(self, word: str, keep: int) -> None:
        """Read the champion again and again while a run and a gc go on: it is always whole, if it was before."""
        if self.champion in self.spoilt:
            return
        rules = Rule(newest=keep)
        logs = [self.folder / name for name in ("reader", "log", "other")]
        steps = [self._read_on, lambda: self._run(word), lambda: collect(self.artifacts, rules, delete=True)]
        begun = [begin(step, log) for step, log in zip(steps, logs, strict=True)]
        assert [finish(process, log) for process, log in zip(begun, logs, strict=True)] == [DONE] * 3
        made = self._bundle_of(word)
        self._change(None if self._given_up(made) else made)

    def _read_on(self) -> None:
        for _ in range(20):
            folder = (self.artifacts / "champion").resolve()
            manifest = Manifest.read(folder)
            assert manifest, folder
            assert not [*manifest.damage(folder)], folder

    @invariant()
    def holds(self) -> None:
        """Only what was spoilt is damaged or gone; champion, aliases and history are what they must be."""
        if not hasattr(self, "artifacts") or not self.artifacts.exists():
            return
        type(self).steps += 1
        found = verify(self.artifacts)
        wrong = {*found.places, *find_missing(self.artifacts)}
        assert wrong <= self.spoilt
        self.spoilt &= wrong
        history = read_history(self.artifacts)
        assert (champion(self.artifacts), aliases(self.artifacts), history.damage) == (self.champion, self.names, [])
        assert len(history.promotions) >= self.promotions
        self.promotions = len(history.promotions)
        assert self.champion is None or self.champion in {each.bundle for each in history.promotions}


def _word_of(folder: Path) -> str | None:
    """Return the word that a bundle was made from; None if it cannot be read."""
    manifest = Manifest.read(folder)
    if manifest is None or any(manifest.damage(folder)):
        return None
    return (folder / Bundle.LITERT).read_text(encoding="utf-8")


def test_a_short_story_ends_as_the_model_says() -> None:
    """A few of the steps below."""
    _tell(stories=3, steps=6)


@pytest.mark.faults
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_whatever_happens_the_store_is_as_the_model_says(part: int) -> None:
    """Runs, kills, promotions, rollbacks, aliases, gc, flipped bits and readers, in any order."""
    before = StoreMachine.steps
    _tell(STORIES, STEPS, part)
    print(f"{StoreMachine.steps - before} steps", file=sys.stderr)
    assert StoreMachine.steps > before + STORIES


def _tell(stories: int, steps: int, number: int = 0) -> None:
    """Carry out many stories, each with so many steps; another number tells others."""
    run_state_machine_as_test(
        seed(number)(StoreMachine),
        settings=settings(
            max_examples=stories,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
