"""Read a run and its artifacts for a report; whatever is gone raises MissingError, so that the rest can be shown."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.store import Store
from schemas.artifacts.artifact import Artifact
from schemas.artifacts.blessing import Blessing, Verdict
from schemas.artifacts.class_noun import noun
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
    """Something that a section needs is missing; the message says what."""


class AbsentError(MissingError):
    """The run has no artifact of a type.

    Attributes:
        kind: the name of the type.
        why: what happened to the stages that should have produced it, or to its files.
        again: whether another run may produce it.
    """

    def __init__(self, kind: str, why: str, *, again: bool) -> None:
        super().__init__(f"This run has no {kind}: {why}.")
        self.kind, self.why, self.again = kind, why, again


class Predictions:
    """Predictions of a model, picture by picture.

    Attributes:
        ids: one per picture, n in all.
        labels: int32 [n], true classes.
        read: int32 [n], predicted classes.
        confidence: float32 [n], 0 to 1.
        refused: bool [n], whether the answer is `unsure`.
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
    """A run and its artifacts.

    Every method and property that reads raises MissingError if there is nothing to read.

    Args:
        artifacts: the project's artifacts/.
        record: of the run.
    """

    def __init__(self, artifacts: Path, record: RunRecord) -> None:
        self.artifacts = artifacts
        self.record = record

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self.artifacts / "runs" / self.record.run

    def path_of(self, kind: type[Artifact], *, first: bool = False) -> str:
        """Return the path, relative to artifacts/, of the last output of a type, or of the first."""
        paths = [path for stage in self.record.stages for path in stage.outputs.values()]
        for path in paths if first else reversed(paths):
            manifest = Manifest.read(self.artifacts / path)
            if manifest and manifest.type == kind.__name__:
                return path
        raise self._absent(kind.__name__, [path for path in paths if not (self.artifacts / path).exists()])

    def _absent(self, kind: str, gone: list[str]) -> AbsentError:
        """Return why there is no such artifact; the reason does not depend on the type, so a report states it once."""
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
        return AbsentError(
            kind, "it did not get that far" if unfinished else "the pipeline has no stage for it", again=unfinished
        )

    def output(self, kind: type[A]) -> A:
        """Return the last output of a type."""
        return kind(self.artifacts / self.path_of(kind))

    def maker(self, path: str) -> Execution:
        """Return the execution that produced an artifact of this run."""
        for stage in self.record.stages:
            if path in stage.outputs.values() and (execution := self.execution(stage.stage)):
                return execution
        raise MissingError(f"The record of the execution that produced {path} is gone.")

    def execution(self, stage: str) -> Execution | None:
        """Return the execution of a stage in this run; None if there is no record of it."""
        record = next((each for each in self.record.stages if each.stage == stage), None)
        return Store(self.artifacts).execution(stage, record.fingerprint, record.run) if record else None

    @property
    def verdict(self) -> Verdict:
        """The gate's verdict."""
        if self.record.verdict is None:
            self.path_of(Blessing)
            raise MissingError("The gate judged no model in this run.")
        return self.record.verdict

    @cached_property
    def metrics(self) -> Metrics:
        """The metrics of the evaluation."""
        return self.output(Evaluation).metrics

    @property
    def noun(self) -> str:
        """What a class is called: `digit`, or `class`; `digit` if the metrics are not there."""
        try:
            return noun(self.metrics.per_digit)
        except (MissingError, OSError, ValueError):
            return "digit"

    @cached_property
    def predictions(self) -> Predictions:
        """The predictions on the evaluated split."""
        return Predictions(self.output(Evaluation), tuple(self.metrics.per_digit))

    @cached_property
    def examples(self) -> str:
        """Path of the evaluated examples, relative to artifacts/."""
        inputs = self.maker(self.path_of(Evaluation)).inputs.values()
        for version in inputs:
            manifest = Manifest.read(self.artifacts / version.path)
            if manifest and manifest.type == Examples.__name__:
                return version.path
        raise MissingError("The evaluated examples are gone.")

    @property
    def judged(self) -> str:
        """Content digest of the evaluated examples."""
        inputs = self.maker(self.path_of(Evaluation)).inputs.values()
        return next((each.content for each in inputs if each.path == self.examples), "")

    @cached_property
    def split(self) -> Split:
        """The evaluated pictures, in the order of the predictions."""
        split = Examples(self.artifacts / self.examples).read(self.metrics.split)
        if not self.metrics.trained_on:
            return split
        import numpy as np

        rows = {name: row for row, name in enumerate(split.ids)}
        return split.take(np.array([rows[name] for name in self.predictions.ids], np.int64))

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each picture in *split*, by id."""
        return {name: row for row, name in enumerate(self.split.ids)}

    @property
    def history(self) -> History:
        """The learning curves of the last model, also of one whose type a stage of one's own derives from Model."""
        for path in reversed(self.record.outputs):
            manifest = Manifest.read(self.artifacts / path)
            if manifest and manifest.files.keys() >= {Model.KERAS, Model.HISTORY}:
                return Model(self.artifacts / path).history
        return self.output(Model).history

    @property
    def statistics(self) -> StatisticsRecord:
        """Statistics of the data; if several stages ingest, those of the first, since strangers come later."""
        return Statistics(self.artifacts / self.path_of(Statistics, first=True)).read()
