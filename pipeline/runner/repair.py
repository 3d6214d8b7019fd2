"""Make a damaged version again from the record of the execution that made it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.fingerprints.dependencies import read_parts
from pipeline.history import read_run
from pipeline.load import load_past_pipeline
from pipeline.log import LOGGER
from pipeline.runner.execute import execute
from pipeline.runner.plan import Decision
from pipeline.store import Store
from schemas.errors import InputError
from schemas.records.execution import Execution, Version
from schemas.records.run import RunRecord

__all__ = ["Repair"]

GIVE_UP = "digits verify names what is gone; rm artifacts/champion: the next model then counts as the first"


@dataclass(frozen=True)
class Repair:
    """Makes damaged versions again.

    Attributes:
        project: the folder of pipeline.yaml.
        store: of the project.
        run: the run that needs the versions; it is recorded as the one that made them again.
        logs: of that run; what a component prints goes to the folder STAGE.again below it.
    """

    project: Path
    store: Store
    run: RunRecord
    logs: Path

    def mend(self, version: Version) -> None:
        """Make a version that is damaged or gone again, in its place; first what it was made from, if that is too.

        Raises:
            InputError: no record says how to make it, or it comes out different.
            Exception: whatever the component raises.
        """
        damage = self.store.damage_of(version)
        if damage is None:
            return
        made = self._maker(version)
        past = read_run(self.store.artifacts / "runs" / made.run) if made else None
        if made is None or past is None:
            headline = f"{version.path} is damaged, and no record says how to make it"
            raise InputError(headline, found=damage.text, do=GIVE_UP)
        for needed in made.inputs.values():
            self.mend(needed)
        LOGGER.info("%s: %s: it is made again", made.stage, damage.text, extra={"started": made.stage})
        again = self._execute(made, past)
        if version not in again.outputs.values():
            found = made.parts.changes_to(again.parts) or ""
            raise InputError(f"{version.path} is damaged, and came out different", found=found, do=GIVE_UP)

    def _execute(self, made: Execution, past: RunRecord) -> Execution:
        """Carry out an execution again, with the settings it had."""
        pipeline = load_past_pipeline(self.project, past, self.store.artifacts)
        stage = next((each for each in pipeline.stages if each.name == made.stage), None)
        if stage is None:
            raise InputError(f"{past.run} has no stage {made.stage} in its pipeline.yaml", do=GIVE_UP)
        with self.store.lock(stage.name, lambda: None):
            parts = read_parts(stage, pipeline, {name: each.content for name, each in made.inputs.items()})
            decision = Decision(parts, parts.fingerprint, None, made, "damaged")
            logs = self.logs / f"{stage.name}.again"
            return execute(stage, decision, made.inputs, pipeline=pipeline, store=self.store, run=self.run, logs=logs)

    def _maker(self, version: Version) -> Execution | None:
        stage = Path(version.path).parts[1]
        return next((each for each in self.store.executions(stage) if version in each.outputs.values()), None)
