"""What a run left behind that a report can be made of; what is gone is said, and is no reason to fail."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.store import Store
from schemas.artifacts.artifact import Artifact
from schemas.artifacts.blessing import Blessing, Verdict
from schemas.artifacts.evaluation import Evaluation, Metrics
from schemas.artifacts.examples import Examples, Split
from schemas.artifacts.model import History, Model
from schemas.artifacts.statistics import Statistics, StatisticsRecord
from schemas.manifest import Manifest
from schemas.records.execution import Execution

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.records.run import RunRecord

__all__ = ["AbsentError", "Material", "MissingError", "Predictions"]

A = TypeVar("A", bound=Artifact)


class MissingError(Exception):
    """Something that a section needs is not there; the message says what, for people."""


class AbsentError(MissingError):
    """The run has no artifact of a type.

    Attributes:
        kind: the name of the type.
        why: what became of the stages that did not put one out, or of the files.
        again: whether running again may make it.
    """

    def __init__(self, kind: str, why: str, *, again: bool) -> None:
        super().__init__(f"This run has no {kind}: {why}.")
        self.kind, self.why, self.again = kind, why, again


class Predictions:
    """What a model read, picture by picture.

    Attributes:
        ids: of the pictures.
        labels: int32 [n].
        read: int32 [n].
        confidence: float32 [n], 0 to 1.
        refused: bool [n], whether it is answered with `unsure`.
        probabilities: float32 [n, classes], calibrated.
        classes: the name of each label.
    """

    def __init__(self, evaluation: Evaluation, classes: tuple[str, ...]) -> None:
        table: Any = evaluation.predictions()
        self.ids: list[str] = table["id"].to_pylist()
        self.labels: NDArray[np.int32] = table["label"].to_numpy()
        self.read: NDArray[np.int32] = table["read"].to_numpy()
        self.confidence: NDArray[np.float32] = table["confidence"].to_numpy()
        self.refused: NDArray[np.bool_] = table["refused"].to_numpy()
        self.classes = classes
        flat = table["probabilities"].combine_chunks().flatten().to_numpy()
        self.probabilities: NDArray[np.float32] = flat.reshape(len(self.ids), len(classes))

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether each picture was read right: bool [n]."""
        return self.read == self.labels


class Material:
    """A run, and readers of what its stages put out.

    Every reader raises MissingError where there is nothing to read.

    Args:
        artifacts: of the project.
        record: of the run.
    """

    def __init__(self, artifacts: Path, record: RunRecord) -> None:
        self.artifacts = artifacts
        self.record = record

    @property
    def folder(self) -> Path:
        """The run's own."""
        return self.artifacts / "runs" / self.record.run

    def path_of(self, kind: type[Artifact], *, first: bool = False) -> str:
        """Give the path, relative to artifacts/, of the last output of a type, or of the first."""
        paths = [path for stage in self.record.stages for path in stage.outputs.values()]
        for path in paths if first else reversed(paths):
            manifest = Manifest.read(self.artifacts / path)
            if manifest and manifest.type == kind.__name__:
                return path
        raise self._absent(kind.__name__, [path for path in paths if not (self.artifacts / path).exists()])

    def _absent(self, kind: str, gone: list[str]) -> AbsentError:
        """Say why there is no such artifact: the same for every type, so that a report can say it once."""
        stopped: dict[str, list[str]] = {}
        for stage in self.record.stages:
            if not stage.outputs:
                stopped.setdefault(stage.outcome, []).append(stage.stage)
        if stopped:
            why = "; ".join(f"{', '.join(stages)} {outcome}" for outcome, stages in stopped.items())
            return AbsentError(kind, why, again="blocked" not in stopped)
        if gone:
            why = f"{', '.join(gone)} {'is' if len(gone) == 1 else 'are'} gone"
            return AbsentError(kind, why, again=True)
        unfinished = self.record.outcome in {"interrupted", "running"}
        return AbsentError(kind, "it did not get so far" if unfinished else "no stage puts one out", again=unfinished)

    def output(self, kind: type[A]) -> A:
        """Give the last output of a type."""
        return kind(self.artifacts / self.path_of(kind))

    def maker(self, path: str) -> Execution:
        """Give the execution by which this run came to an artifact."""
        for stage in self.record.stages:
            if path in stage.outputs.values() and (execution := self.execution(stage.stage)):
                return execution
        raise MissingError(f"The record of how {path} was made is gone.")

    def execution(self, stage: str) -> Execution | None:
        """Give the execution of a stage in this run; None where there is no record of it."""
        record = next((each for each in self.record.stages if each.stage == stage), None)
        return Store(self.artifacts).execution(stage, record.fingerprint, record.run) if record else None

    @property
    def verdict(self) -> Verdict:
        """What the gate said."""
        if self.record.verdict is None:
            self.path_of(Blessing)
            raise MissingError("The gate judged nothing in this run.")
        return self.record.verdict

    @cached_property
    def metrics(self) -> Metrics:
        """The figures of the evaluation."""
        return self.output(Evaluation).metrics

    @cached_property
    def predictions(self) -> Predictions:
        """What was read on the split that was evaluated."""
        return Predictions(self.output(Evaluation), tuple(self.metrics.per_digit))

    @cached_property
    def examples(self) -> str:
        """Path of the examples that were evaluated."""
        inputs = self.maker(self.path_of(Evaluation)).inputs.values()
        for version in inputs:
            manifest = Manifest.read(self.artifacts / version.path)
            if manifest and manifest.type == Examples.__name__:
                return version.path
        raise MissingError("The examples that were evaluated are gone.")

    @property
    def judged(self) -> str:
        """Content digest of the examples that were evaluated."""
        inputs = self.maker(self.path_of(Evaluation)).inputs.values()
        return next((each.content for each in inputs if each.path == self.examples), "")

    @cached_property
    def split(self) -> Split:
        """The pictures that were evaluated."""
        return Examples(self.artifacts / self.examples).read(self.metrics.split)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Where each picture stands in *split*, by its id."""
        return {name: row for row, name in enumerate(self.split.ids)}

    @property
    def history(self) -> History:
        """How the training went."""
        return self.output(Model).history

    @property
    def statistics(self) -> StatisticsRecord:
        """The figures of the data; of several stages that take some in, the first's: strangers come after them."""
        return Statistics(self.artifacts / self.path_of(Statistics, first=True)).read()
