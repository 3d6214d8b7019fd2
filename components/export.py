"""Export a judged model as a bundle, and prove that its formats answer like the model."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, PositiveFloat, PositiveInt, field_validator

from schemas.artifacts.artifact import Output
from schemas.artifacts.blessing import Blessing
from schemas.artifacts.bundle import Bundle, Judgement, Latency
from schemas.artifacts.calibration import Calibration
from schemas.artifacts.evaluation import Evaluation
from schemas.artifacts.examples import Examples
from schemas.artifacts.formats import FORMATS
from schemas.artifacts.model import Model
from schemas.artifacts.statistics import Statistics
from schemas.artifacts.transform import Transform
from schemas.errors import StageError
from schemas.progress import report_part
from schemas.settings.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from inference.litert.network import LiteRtModel
    from schemas.artifacts.examples import Split

__all__ = ["ExportConfig", "export"]

CALLS = 50  # timed calls, of which the median is reported
EDGES = 1000  # pictures at the edge of what a network may be shown
REPRESENTATIVE = 500  # training pictures that set the ranges of 8-bit integers
FormatName: TypeAlias = Literal["saved_model", "litert", "litert_int8", "onnx", "keras"]


class ExportConfig(Config):
    """Settings of the export stage."""

    formats: list[FormatName] = ["saved_model", "litert"]
    """The formats in the bundle. `litert` is always one of them: it is the one that `digits` reads with. `onnx` needs
    `pip install digits[onnx]`."""
    pictures: PositiveInt = 10_000
    """Number of test pictures on which each format is compared with the model; all if there are fewer."""
    tolerance: PositiveFloat = 1e-5
    """Largest difference of a probability between a format and the model; 8-bit formats are not held to it."""
    int8_loss: Annotated[float, Field(ge=0, le=1)] = 0.0005
    """Largest loss of accuracy of an 8-bit format on those test pictures, 0 to 1. If it comes to fewer than 5 of them,
    a loss must also be more than chance explains."""

    @field_validator("formats")
    @classmethod
    def _check_formats(cls, formats: list[FormatName]) -> list[FormatName]:
        if "litert" not in formats:
            raise ValueError("litert is missing: it is the format that digits itself reads with")
        return sorted(set(formats), key=list(FORMATS).index)


def export(  # noqa: PLR0913, PLR0917  (inputs are named one by one)
    model: Model,
    transform: Transform,
    examples: Examples,
    calibration: Calibration,
    statistics: Statistics,
    evaluation: Evaluation,
    blessing: Blessing,
    bundle: Output[Bundle],
    config: ExportConfig,
) -> None:
    """Write the formats, labels, calibration, transform, statistics, golden examples, card and verdict of a model.

    The runner passes a refused model only to somebody who asks for it; its bundle says that the gate refused it.

    Raises:
        StageError: the verdict is not about these artifacts, a library for a format is missing, or a format does not
            answer like the model.
        InputError: the verdict is damaged.
    """
    from inference.model.processes import start_processes
    from learning.card import write_card
    from learning.formats.golden_examples import choose_golden
    from learning.formats.parity import Parity, edge_inputs, prove_parity
    from learning.formats.write import Exported, write_formats

    judged = (model, examples, evaluation, calibration)
    if reason := blessing.mismatch((type(each).__name__, each.digest) for each in judged):
        raise StageError("the model was not judged", found=reason, expected="a verdict on this model")
    _check_libraries(config.formats)
    test = _first(examples.read("test"), config.pictures)
    shutil.copy(model.path / "classes.json", bundle.path / Bundle.LABELS)
    if (model.path / Model.TRAINED_ON).is_file():
        shutil.copy(model.path / Model.TRAINED_ON, bundle.path / Bundle.TRAINED_ON)
    shutil.copy(calibration.path / Calibration.RECORD, bundle.path)
    shutil.copy(transform.path / "transform.json", bundle.path)
    shutil.copy(statistics.path / "statistics.json", bundle.path)
    with start_processes(bundle.path, bundle.scratch, config.formats) as processes:
        report_part("loading the model")
        network, record = model.load(), calibration.record
        exported = Exported(network, record.temperature, examples.read("train").images[:REPRESENTATIVE])
        write_formats(exported, config.formats, bundle.path, bundle.scratch)
        parity = Parity(test, edge_inputs(EDGES), record, config.tolerance, config.int8_loss)
        proven = prove_parity(network, processes, parity)
    golden = choose_golden(test, proven, record.temperature)
    (bundle.path / Bundle.GOLDEN).write_text(golden.to_json() + "\n", encoding="utf-8")
    card = write_card(
        model=model.digest,
        classes=model.classes,
        statistics=statistics.read(),
        metrics=evaluation.metrics,
        formats=config.formats,
    )
    (bundle.path / "README.md").write_text(card, encoding="utf-8")
    judgement = Judgement(blessed=blessing.verdict.blessed, reasons=blessing.verdict.reasons)
    (bundle.path / Bundle.JUDGEMENT).write_text(judgement.to_json() + "\n", encoding="utf-8")
    _write_latency(test.images, bundle.path)


def _check_libraries(formats: list[FormatName]) -> None:
    """Require the libraries of the formats, before any work is done."""
    missing = [library for library in ("onnx", "onnxruntime") if "onnx" in formats and find_spec(library) is None]
    if missing:
        raise StageError(
            "the format onnx needs libraries that are not installed",
            found=f"no {' and no '.join(missing)}",
            do="pip install 'digits[onnx]', or leave onnx out of export.formats",
        )


def _first(test: Split, count: int) -> Split:
    """Return the first test pictures; raise StageError if there are none."""
    import numpy as np

    if not len(test):
        raise StageError("the formats cannot be compared with the model", found="no test pictures")
    return test.take(np.arange(min(count, len(test))))


def _write_latency(images: NDArray[np.uint8], folder: Path) -> None:
    """Measure the latency of the LiteRT model, for the report."""
    import numpy as np

    from inference.litert.network import BATCH, LiteRtModel

    report_part("latency")
    model = LiteRtModel(folder / Bundle.LITERT)
    batch = np.resize(images, (BATCH, *images.shape[1:]))
    latency = Latency(alone=_microseconds(model, images[:1]), batched=_microseconds(model, batch) / BATCH)
    (folder / Bundle.LATENCY).parent.mkdir()
    (folder / Bundle.LATENCY).write_text(latency.to_json() + "\n", encoding="utf-8")


def _microseconds(model: LiteRtModel, images: NDArray[np.uint8]) -> float:
    """Return the median duration of a call, in microseconds."""
    import statistics
    import time

    durations: list[float] = []
    for _ in range(CALLS):
        start = time.perf_counter()
        model(images)
        durations.append(time.perf_counter() - start)
    return statistics.median(durations) * 1e6
